/** What one process of a contestant is told to do. */
export interface Contestant {
  readonly name: string;
  /** The file that does it, beside this one. */
  readonly file: 'rollkeeper' | 'replay' | 'backstage' | 'walk';
  readonly env?: Readonly<Record<string, string>>;
  /** Goes on with the database of the rounds before; otherwise begins with none. */
  readonly goesOn?: boolean;
  /** Changes this many users of the tenant before each round. */
  readonly after?: number;
}

export interface Benchmark {
  readonly name: string;
  readonly title: string;
  readonly tenant: { readonly users: number; readonly members: number };
  /** Settings beside those that the simulator names. */
  readonly settings: Readonly<Record<string, string>>;
  /** The first is what the others are compared with. */
  readonly contestants: readonly Contestant[];
  /** Milliseconds a request. */
  readonly latencies: readonly number[];
  readonly rounds: number;
}

const rollkeeper: Contestant = { name: 'Rollkeeper', file: 'rollkeeper' };
/** As docs/guide/scheduling.md says where memory is short. */
const bounded: Contestant = {
  name: 'Rollkeeper, bounded',
  file: 'rollkeeper',
  env: { NODE_OPTIONS: '--max-semi-space-size=8' },
};
const floor: Contestant = { name: 'floor', file: 'replay', env: { BENCH_INSERT: 'yes' } };
const parsed: Contestant = { name: 'fetched and parsed', file: 'replay' };
const walk: Contestant = { name: 'the member list alone', file: 'walk' };
const backstage = (reads: 'users' | 'members'): Contestant => ({
  name: 'Backstage',
  file: 'backstage',
  env: { BENCH_READS: reads },
});

const everyone = { MSGRAPH_GROUP_NAME_TO_SYNC: '', MSGRAPH_SYNC_ALL_USERS: 'true' };

const count = (users: number): string => users.toLocaleString('en');

const members = (inGroup: number): Benchmark => ({
  name: `members-${inGroup}`,
  title: `a first run of ${count(inGroup)} members of a group, of a tenant of 100,000`,
  tenant: { users: 100_000, members: inGroup },
  settings: {},
  contestants: [rollkeeper, floor, walk, backstage('members')],
  latencies: [0, 100, 300],
  rounds: 3,
});

const group = (users: number): Benchmark => ({
  name: `group-${users}`,
  title: `a first run of a group that holds all of a tenant of ${count(users)}`,
  tenant: { users, members: users },
  settings: {},
  contestants: [rollkeeper, floor, backstage('members')],
  latencies: [0, 100],
  rounds: 3,
});

const all = (users: number, rounds: number): Benchmark => ({
  name: `everyone-${users}`,
  title: `a first run of all of a tenant of ${count(users)}`,
  tenant: { users, members: 500 },
  settings: everyone,
  contestants: [rollkeeper, bounded, floor, backstage('users')],
  latencies: [0, 100, 300],
  rounds,
});

const again = (users: number, rounds: number): Benchmark => ({
  name: `again-${users}`,
  title: `the run after, of all of a tenant of ${count(users)}`,
  tenant: { users, members: 500 },
  settings: everyone,
  contestants: [
    { ...rollkeeper, name: 'unchanged', goesOn: true },
    { ...rollkeeper, name: 'after 5,000 changes', goesOn: true, after: 5_000 },
    {
      ...rollkeeper,
      name: 'unchanged, read in full',
      goesOn: true,
      env: { BENCH_FULL: 'yes' },
    },
    { ...parsed, name: 'the full read’s answers fetched and parsed' },
  ],
  latencies: [0, 100, 300],
  rounds,
});

export const benchmarks: readonly Benchmark[] = [
  members(500),
  members(20_000),
  group(10_000),
  group(100_000),
  all(100_000, 3),
  all(1_000_000, 1),
  again(10_000, 3),
  again(100_000, 3),
  again(1_000_000, 1),
];
