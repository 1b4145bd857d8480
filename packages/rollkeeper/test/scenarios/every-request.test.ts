import assert from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import type { Fault } from 'entra-simulator';

import { long } from '../long.ts';
import { directMembers, everything, quick, scenario } from './scenario.ts';
import type { Scenario } from './scenario.ts';

const always = Number.POSITIVE_INFINITY;

/** The ways in which a request fails. Each is tried once, and from a request on without end. */
const ways: Readonly<Record<string, Fault>> = {
  'status 400': { status: 400, body: { error: { code: 'Request_BadRequest', message: '' } } },
  'status 401': {
    status: 401,
    body: { error: { code: 'InvalidAuthenticationToken', message: '' } },
  },
  'status 403': {
    status: 403,
    body: { error: { code: 'Authorization_RequestDenied', message: '' } },
  },
  'status 410': { status: 410, body: { error: { code: 'resyncRequired', message: '' } } },
  'status 429': { status: 429, headers: { 'Retry-After': '0.001' } },
  'status 500': { status: 500, body: { error: { code: 'generalException', message: '' } } },
  'status 503 with HTML': { status: 503, body: '<html>busy</html>' },
  'a reset': { reset: true },
  'a body cut off': { truncate: 20 },
  'a body that ends too soon': { truncateCleanly: 20 },
  'HTML under a 200': { status: 200, body: '<html>maintenance</html>' },
  'nothing under a 200': { status: 200, body: '' },
  'an empty object': { status: 200, body: {} },
  'an empty list': { status: 200, body: { value: [] } },
  'an error under a 200': { status: 200, body: { error: { code: 'UnknownError', message: '' } } },
  'a next link to another host': { rewrite: linkedElsewhere },
  'no answer': { hang: true },
};

/** One of each sort: what a full run is tried with in the short form. */
const some = Object.fromEntries(
  Object.entries(ways).filter(([way]) =>
    /401|429|reset|HTML under|empty list|no answer/u.test(way),
  ),
);

function linkedElsewhere<Answered extends { body: unknown }>(answer: Answered): Answered {
  if (typeof answer.body !== 'object' || answer.body === null) return answer;
  return {
    ...answer,
    body: { ...answer.body, '@odata.nextLink': 'https://elsewhere.example/v1.0/users' },
  };
}

/** People join, change, leave and are deleted: what the run that is disturbed has to find. */
function change({ entra, groupId }: Scenario, members: readonly string[]): string {
  const [leaver = '', deleted = '', changed = ''] = members;
  entra.tenant.removeMember(groupId, leaver);
  entra.tenant.deleteUser(deleted);
  entra.tenant.updateUser(changed, { jobTitle: 'Changed' });
  const createdDateTime = '2026-01-01T00:00:00Z';
  const joiner = entra.tenant.createUser({ displayName: 'Joiner', createdDateTime });
  entra.tenant.addMember(groupId, joiner.id);
  return joiner.id;
}

const numbers = (last: number): readonly number[] =>
  Array.from({ length: last }, (_, at) => at + 1);

/** A tenant synchronised once and changed since, and a fresh copy of its rows for every try. */
class Tries {
  readonly story: Scenario;
  readonly before: string;
  readonly right: string;
  readonly joiner: string;
  readonly requests: number;
  readonly batched: number;
  readonly #full: boolean;
  #made = 0;

  private constructor(story: Scenario, before: string, found: Found) {
    this.story = story;
    this.before = before;
    this.right = found.rows;
    this.#full = found.full;
    this.joiner = found.joiner;
    this.requests = found.requests;
    this.batched = found.batched;
  }

  /** `full`: the run that is disturbed reads everything; otherwise what changed. */
  static async begin(t: TestContext, full: boolean): Promise<Tries> {
    const story = await scenario(t, { users: 60, behaviour: { maxPageSize: 20 } });
    await story.keeper.sync();
    await story.keeper.close();
    const before = everything(story.databaseFile);
    const joiner = change(story, directMembers(story));
    const [requests, batched] = [story.entra.requests.count, story.entra.requests.batched];
    const file = await copied(story, 'right');
    const keeper = await opened(story, file);
    const { report } = await keeper.sync({ full });
    assert.deepEqual([report.status, report.kind], ['succeeded', full ? 'full' : 'delta']);
    await keeper.close();
    return new Tries(story, before, {
      full,
      joiner,
      rows: everything(file),
      requests: story.entra.requests.count - requests,
      batched: story.entra.requests.batched - batched,
    });
  }

  /** Whom a listing does not name and nobody knows cannot be missed: a joiner may come with the next run. */
  isRight(rows: string, fault: Fault): boolean {
    if (fault !== ways['an empty list']) return rows === this.right;
    const known = (text: string): readonly string[] =>
      text.split('\n').filter((line) => !line.includes(this.joiner));
    return known(rows).join() === known(this.right).join();
  }

  /** One run with the fault in force, then one without it. */
  async disturb(fault: Fault, aim: Pick<Fault, 'match' | 'nth' | 'times'>): Promise<void> {
    this.#made += 1;
    const file = await copied(this.story, `try-${this.#made}`);
    const keeper = await opened(this.story, file);
    const handle = this.story.entra.faults.add({ ...fault, ...aim });
    const outcome = await keeper.sync({ full: this.#full }).then(
      ({ report }) => report.status,
      () => 'failed' as const,
    );
    handle.remove();
    assert.ok(handle.hits > 0, 'the fault was met');
    const rows = everything(file);
    const right = outcome === 'failed' ? rows === this.before : this.isRight(rows, fault);
    assert.ok(right, `a run that ${outcome} leaves the rows right, or untouched`);
    await keeper.sync({ full: this.#full });
    await keeper.close();
    assert.ok(everything(file) === this.right, 'the next run is right');
  }
}

interface Found {
  readonly full: boolean;
  readonly joiner: string;
  readonly rows: string;
  readonly requests: number;
  readonly batched: number;
}

async function copied({ databaseFile }: Scenario, name: string): Promise<string> {
  const file = join(dirname(databaseFile), `${name}.db`);
  await copyFile(databaseFile, file);
  return file;
}

const opened = async (story: Scenario, file: string): ReturnType<Scenario['reopened']> =>
  await story.reopened(
    { ROLLKEEPER_DATABASE_URL: `sqlite:${file}` },
    { limits: { ...quick, tries: 3, requestTimeoutMs: 250 } },
  );

for (const full of [true, false]) {
  const kind = full ? 'full run' : 'run of what changed';
  describe(`every request of a ${kind}, failed in turn: the rows are right or untouched, and right after the next run`, () => {
    for (const [at, [way, fault]] of Object.entries(full && !long ? some : ways).entries()) {
      test(`by ${way}`, async (t) => {
        const tries = await Tries.begin(t, full);
        assert.ok(tries.requests >= 5, `${tries.requests} requests`);
        // The token's request is not Graph's. A Graph that says everywhere and always that there is nobody is believed
        // in the end, and what it would remove is held: that is the deletion threshold's story.
        const last = tries.requests - 1;
        const lasting = way === 'an empty list' ? [] : long ? numbers(last) : [Math.ceil(last / 2)];
        // The short form fails every other request in each way, and so each of them in every other way.
        for (const nth of numbers(last))
          if (long || (nth + at) % 2 === 0) await tries.disturb(fault, { nth });
        for (const nth of lasting) await tries.disturb(fault, { nth, times: always });
      });
    }

    test('inside a batch', async (t) => {
      const tries = await Tries.begin(t, full);
      assert.ok(tries.batched > 5);
      for (const way of [
        'status 400',
        'status 403',
        'status 429',
        'status 503 with HTML',
        'an empty list',
      ]) {
        for (const nth of numbers(tries.batched).filter((one) => long || one % 8 === 1)) {
          await tries.disturb(ways[way] ?? {}, { match: { inBatch: true }, nth });
        }
      }
    });
  });
}
