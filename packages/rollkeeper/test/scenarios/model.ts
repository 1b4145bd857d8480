import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import type { TestContext } from 'node:test';

import type { Fault } from 'entra-simulator';
import * as fc from 'fast-check';

import type { Rollkeeper } from '../../src/open.ts';
import { RunFailed } from '../../src/run/ending.ts';
import type { RunResult } from '../../src/run/report.ts';
import { long } from '../long.ts';
import { anyStory, faults, scopes, threshold } from './adversary.ts';
import type { Run, Step, Story } from './adversary.ts';
import { linesOf, Oracle } from './oracle.ts';
import type { Asked } from './oracle.ts';
import { scenario } from './scenario.ts';
import type { Ends, Scenario } from './scenario.ts';
import { happen } from './story.ts';

const hour = 60 * 60 * 1000;
const by = { by: 'operator' };

/** A story while it is told. */
class Telling {
  readonly #scenario: Scenario;
  readonly #keeper: Rollkeeper;
  readonly #oracle: Oracle;
  readonly #holds: boolean;
  readonly #clock: Clock;
  /** Removals of the last day that nobody approved. */
  #unapproved = 0;

  constructor(parts: Parts) {
    this.#scenario = parts.scenario;
    this.#keeper = parts.keeper;
    this.#oracle = parts.oracle;
    this.#holds = parts.holds;
    this.#clock = parts.clock;
  }

  async perform(step: Step): Promise<void> {
    const { behaviour } = this.#scenario.entra;
    if ('what' in step) happen(this.#scenario.entra, step);
    else if ('turn' in step) Object.assign(behaviour, step.turn);
    else if ('decide' in step) await this.#decide(step.decide === 'approve');
    else if ('waitHours' in step) this.#wait(step.waitHours, step.graphAlone);
    else if (step.run === 'dry') await this.#untouched(async () => await this.#keeper.plan(step));
    else if (step.run === 'meanwhile') await this.#meanwhile(step);
    else if (step.run === 'behind') await this.#behind(step);
    else if (step.run === 'disturbed') await this.#disturbed(step);
    else if (step.run === 'aborted') await this.#aborted(step);
    else await this.quiet(step.full, step.run === 'twice');
  }

  /** A run that nothing disturbs, however odd Graph is: the rows are the tenant. */
  async quiet(full: boolean, twice = false): Promise<void> {
    const before = this.#inScope();
    await this.#keeper.sync({ full });
    this.#check(before);
    if (!twice || this.#holds) return;
    const changes = this.#changes();
    await this.#keeper.sync({ full });
    this.#check(before);
    assert.equal(this.#changes(), changes, 'the same reading twice changes something');
  }

  /** Approves until nothing is held. Returns whether anybody is still kept because their removal was rejected. */
  async settle(): Promise<void> {
    await this.quiet(false);
    while (await this.#decide(true)) await this.quiet(false);
    const rejected = this.#select("SELECT 1 FROM rollkeeper_held WHERE state = 'rejected'");
    if (rejected.length > 0) return;
    this.#compare();
    await this.quiet(true);
    if ((await this.#keeper.status(this.#scenario.tenantId)).held.runs.length === 0)
      this.#compare();
  }

  #wait(hours: number, graphAlone: boolean): void {
    this.#clock.graph += hours * hour;
    if (graphAlone) return;
    this.#clock.ours += hours * hour;
    if (hours > 24) this.#unapproved = 0;
  }

  async #untouched(run: () => Promise<unknown>): Promise<void> {
    const before = this.#scenario.everything();
    await run();
    assert.equal(this.#scenario.everything(), before, 'the rows were touched');
  }

  /** The tenant changes in the middle of a run: the next quiet one has to make up for it. */
  async #meanwhile({ full, happenings, nth }: Run & { run: 'meanwhile' }): Promise<void> {
    const { entra } = this.#scenario;
    const before = this.#inScope();
    const rewrite: Fault['rewrite'] = (answer) => {
      for (const one of happenings) happen(entra, one);
      return answer;
    };
    entra.faults.add({ nth, rewrite });
    await this.#keeper.sync({ full });
    entra.faults.clear();
    this.#believe(before);
  }

  /** A run that parts of Graph are behind for: one that goes on from it makes up for that, or the proof of one that cannot. */
  async #behind({ by: lag, happenings }: Run & { run: 'behind' }): Promise<void> {
    const { entra } = this.#scenario;
    entra.catchUp();
    for (const one of happenings) happen(entra, one);
    const before = this.#inScope();
    Object.assign(entra.behaviour, lag);
    const { report } = await this.#keeper.sync();
    Object.assign(entra.behaviour, { deltaBehind: 0, listsBehind: 0, objectsBehind: 0 });
    this.#believe(before);
    const goesOn = ['proof', 'group_not_found', undefined].includes(report.reason);
    if (!goesOn) this.#wait(2, false);
    await this.quiet(false);
  }

  /** What a run saw of a tenant that it could not see as it was is taken from the rows. */
  #believe(before: ReadonlySet<string>): void {
    const scope = this.#inScope();
    const deleted = 'SELECT id, deleted_reason FROM microsoft_graph_deleted_users';
    this.#oracle.believed(scope, this.#select(deleted));
    if (this.#holds) this.#removedUnapproved(before, scope);
  }

  async #disturbed({ fault, full, inBatch, nth, times }: Run & { run: 'disturbed' }) {
    const { entra } = this.#scenario;
    entra.faults.add({ ...faults[fault], nth, times, match: { inBatch } });
    await this.#rightOrUntouched(async () => await this.#keeper.sync({ full }));
    entra.faults.clear();
  }

  async #aborted({ at, full, nth }: Run & { run: 'aborted' }): Promise<void> {
    const { entra } = this.#scenario;
    const stop = new AbortController();
    const { signal } = stop;
    let told = 0;
    const onProgress = (): void => {
      told += 1;
      if (at === 'progress' && told === nth) stop.abort(new Error('Stopped.'));
    };
    const rewrite: Fault['rewrite'] = (answer) => {
      stop.abort(new Error('Stopped.'));
      return answer;
    };
    if (at === 'request') entra.faults.add({ nth, rewrite });
    await this.#rightOrUntouched(async () => await this.#keeper.sync({ full, signal, onProgress }));
    entra.faults.clear();
  }

  /** A run that fails leaves everything as it was; one that was stopped may have been applied just before. */
  async #rightOrUntouched(run: () => Promise<RunResult>): Promise<void> {
    const before = this.#inScope();
    const rows = this.#scenario.everything();
    const failure = await failureOf(run());
    if (failure === null) return this.#check(before);
    if (this.#scenario.everything() === rows) return;
    assert.equal(failure.report.status, 'cancelled', 'a run that failed touched the rows');
    this.#check(before);
  }

  /** Returns whether there was anything to decide. */
  async #decide(approves: boolean): Promise<boolean> {
    const { tenantId } = this.#scenario;
    const [newest] = (await this.#keeper.status(tenantId)).held.runs;
    if (newest === undefined) return false;
    if (!approves) await this.#keeper.reject(tenantId, newest, by);
    else {
      const before = this.#inScope();
      const shown = this.#heldToLeave(`run_id = ${newest}`);
      await this.#keeper.approve(tenantId, newest, by);
      this.#check(before, shown);
    }
    return true;
  }

  /** `approved`: whom this run may remove, and nobody else; otherwise as many as the threshold lets through. */
  #check(before: ReadonlySet<string>, approved?: ReadonlySet<string>): void {
    if (!this.#holds) {
      this.#oracle.applied();
      return this.#compare();
    }
    const scope = this.#inScope();
    this.#oracle.applied(scope);
    const wanted = this.#oracle.scope();
    const held = this.#heldToLeave();
    for (const id of wanted) assert.ok(scope.has(id), `${id} should be in scope`);
    for (const id of wanted) assert.ok(!held.has(id), `${id} is held to leave in vain`);
    for (const id of scope) assert.ok(wanted.has(id) || held.has(id), `${id} should have left`);
    if (approved === undefined) return this.#removedUnapproved(before, scope);
    const removed = [...before].filter((id) => !scope.has(id));
    for (const id of removed) assert.ok(approved.has(id), `nobody approved that ${id} leaves`);
  }

  #removedUnapproved(before: ReadonlySet<string>, scope: ReadonlySet<string>): void {
    this.#unapproved += [...before].filter((id) => !scope.has(id)).length;
    assert.ok(this.#unapproved < threshold, `${this.#unapproved} were removed unapproved`);
  }

  #compare(): void {
    assert.deepEqual(linesOf(this.#select), this.#oracle.lines());
  }

  readonly #select: Scenario['rows'] = (sql) => this.#scenario.rows(sql);

  #ids(sql: string): ReadonlySet<string> {
    return new Set(this.#select(sql).map(({ id }) => String(id)));
  }

  #inScope(): ReadonlySet<string> {
    return this.#ids('SELECT id FROM microsoft_graph_users');
  }

  #heldToLeave(where = '1 = 1'): ReadonlySet<string> {
    const held = `SELECT subject_id AS id FROM rollkeeper_held WHERE kind = 'leaving'`;
    return this.#ids(`${held} AND ${where}`);
  }

  #changes(): number {
    return Number(this.#select('SELECT count(*) AS n FROM microsoft_graph_changes')[0]?.['n']);
  }
}

/** How a run failed; null: it did not. Throws what is no failure of a run. */
async function failureOf(run: Promise<RunResult>): Promise<RunFailed | null> {
  const failure: unknown = await run.then(
    () => null,
    (error: unknown) => error,
  );
  if (failure === null || failure instanceof RunFailed) return failure;
  throw failure;
}

/** How far the clocks of Graph and of Rollkeeper are ahead, in milliseconds. */
interface Clock {
  graph: number;
  ours: number;
}

interface Parts {
  readonly scenario: Scenario;
  readonly keeper: Rollkeeper;
  readonly oracle: Oracle;
  readonly holds: boolean;
  readonly clock: Clock;
}

async function begin(ends: Ends, story: Story): Promise<Parts> {
  const clock: Clock = { graph: 0, ours: 0 };
  const { disabledUsers, holds, keepsGroup, scope, seed } = story;
  const told = await scenario(
    ends,
    { users: 40, members: 25, seed, odd: false, now: () => Date.now() + clock.graph },
    {
      ROLLKEEPER_DELETION_THRESHOLD: holds ? `${threshold},100%,0` : 'off',
      MSGRAPH_DISABLED_USERS: disabledUsers,
      ...scopes[scope],
      ...(keepsGroup ? { MSGRAPH_GROUPS_TO_KEEP: 'Kept' } : {}),
    },
  );
  const { tenant } = told.entra;
  const kept = tenant.createGroup({ displayName: 'Kept' });
  for (const { id } of [...tenant.users()].slice(0, 8)) tenant.addMember(kept.id, id);
  const asked: Asked = { scope, disabledUsers, kept: keepsGroup ? kept.id : null };
  const keeper = await told.reopened({}, { now: () => Date.now() + clock.ours });
  await keeper.runs(told.tenantId);
  return {
    scenario: told,
    keeper,
    oracle: new Oracle(told.entra, told.groupId, asked),
    holds,
    clock,
  };
}

/** Tells a story from the first run to the last; throws where the rows are not the tenant. */
async function tell(story: Story): Promise<void> {
  const ends: (() => Promise<void>)[] = [];
  try {
    const telling = new Telling(await begin({ after: (end) => ends.push(end) }, story));
    await telling.quiet(false);
    for (const step of story.steps) await telling.perform(step);
    await telling.settle();
  } catch (error) {
    throw error instanceof RunFailed ? error.cause : error;
  } finally {
    for (const end of ends) await end();
  }
}

/** `seed`, or `seed:path`, as a failure prints them: the same stories, or the shortest that failed, again. */
const [givenSeed = '', givenPath] = (process.env['ROLLKEEPER_TEST_SEED'] ?? '').split(/:(.*)/u);

interface Length {
  readonly stories: number;
  readonly steps: number;
}

/** Tells so many stories: the same ones each time, others each time in the long form. Shrinks the one that fails. */
export async function tellStories(t: TestContext, short: Length, longer: Length) {
  const { steps, stories } = long ? longer : short;
  const seed = givenSeed !== '' ? Number(givenSeed) : long ? randomInt(2 ** 31) : 1;
  t.diagnostic(`ROLLKEEPER_TEST_SEED=${seed}: ${stories} stories of ${steps} steps`);
  const path = givenPath === undefined ? {} : { path: givenPath };
  await fc.assert(fc.asyncProperty(anyStory(steps), tell), {
    seed,
    numRuns: stories,
    // Shrinking ends with the shortest so far before the runner would end the test without it.
    interruptAfterTimeLimit: long ? 1_100_000 : 100_000,
    markInterruptAsFailure: true,
    ...path,
  });
}
