import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';

import type { Fault, Rewritable, SimulatorOptions } from 'entra-simulator';

import { RollkeeperError } from '../../src/directory/error.ts';
import { RunFailed } from '../../src/run/ending.ts';
import type { RunOptions } from '../../src/open.ts';
import type { RunResult } from '../../src/run/report.ts';
import { directMembers, pick, scenario } from './scenario.ts';
import type { Scenario } from './scenario.ts';

export const always = Number.POSITIVE_INFINITY;
export const members = /^\/groups\/[^/]+\/members$/u;

/** What a run has to find, and whom a mistaken one would lose. */
export interface Changed {
  readonly leaver: string;
  readonly deleted: string;
  readonly purged: string;
  readonly promoted: string;
  readonly joiner: string;
}

/** A story after its first run, in which people then left, were deleted, changed and joined. */
export interface AtRisk {
  readonly story: Scenario;
  readonly changed: Changed;
  /** The rows before the run that is disturbed. */
  readonly before: string;
  /** The rows that an undisturbed run leads to. */
  readonly right: string;
}

/** The same people at every call with the same options. */
export function change(story: Scenario): Changed {
  const { tenant } = story.entra;
  const people = directMembers(story);
  const at = (place: number): string => pick(people, place);
  const [leaver, deleted, purged, promoted] = [at(0), at(1), at(2), at(-1)];
  tenant.removeMember(story.groupId, leaver);
  tenant.deleteUser(deleted);
  tenant.deleteUser(purged);
  tenant.purgeUser(purged);
  tenant.updateUser(promoted, { jobTitle: 'Promoted', department: null });
  tenant.setManager(at(-2), promoted);
  const createdDateTime = '2026-01-01T00:00:00Z';
  const joiner = tenant.createUser({ displayName: 'Joiner', createdDateTime }).id;
  tenant.addMember(story.groupId, joiner);
  return { leaver, deleted, purged, promoted, joiner };
}

export async function atRisk(
  t: TestContext,
  options: SimulatorOptions = {},
  settings: Readonly<Record<string, string>> = {},
): Promise<AtRisk> {
  const calm = await scenario(t, options, settings);
  await calm.keeper.sync();
  change(calm);
  await calm.keeper.sync();
  const story = await scenario(t, options, settings);
  await story.keeper.sync();
  const before = story.everything();
  const changed = change(story);
  const right = calm.everything();
  assert.notEqual(before, right);
  return { story, changed, before, right };
}

/** A run that has to read everything. */
export async function fully(story: Scenario, options: RunOptions = {}): Promise<RunResult> {
  return await story.keeper.sync({ ...options, full: true });
}

/** Fails the test unless the run fails; returns why. */
export async function failureOf(run: Promise<RunResult>): Promise<RollkeeperError> {
  const failure: unknown = await run.catch((error: unknown) => error);
  assert.ok(failure instanceof RunFailed, 'the run did not fail');
  assert.equal(failure.report.status, 'failed');
  assert.ok(failure.cause instanceof RollkeeperError, String(failure.cause));
  assert.notEqual(failure.cause.remedy, '');
  return failure.cause;
}

/** With the faults a run fails and touches no row; without them the next one is right. */
export async function failsAndGoesOn(
  { story, before, right }: AtRisk,
  faults: readonly Fault[],
  run: (story: Scenario) => Promise<RunResult> = fully,
): Promise<RollkeeperError> {
  const handles = faults.map((fault) => story.entra.faults.add(fault));
  const error = await failureOf(run(story));
  assert.ok(
    handles.some(({ hits }) => hits > 0),
    'the fault was met',
  );
  assert.equal(story.everything(), before, 'rows are untouched');
  for (const handle of handles) handle.remove();
  assert.equal((await story.keeper.sync()).report.status, 'succeeded');
  assert.equal(story.everything(), right, 'the next run is right');
  return error;
}

/** The faults do not disturb: the run leads to the right rows. */
export async function bears(
  { story, right }: AtRisk,
  faults: readonly Fault[],
  run: (story: Scenario) => Promise<RunResult> = fully,
): Promise<RunResult> {
  const handles = faults.map((fault) => story.entra.faults.add(fault));
  const result = await run(story);
  for (const { hits } of handles) assert.ok(hits > 0, 'the fault was met');
  assert.equal(result.report.status, 'succeeded');
  assert.equal(story.everything(), right);
  return result;
}

export interface Item extends Readonly<Record<string, unknown>> {
  readonly id: string;
}

/** Rewrites the list of a page, and leaves whatever is no page as it is. */
export function list(
  rewrite: (items: readonly Item[]) => readonly unknown[],
): (answer: Rewritable) => Rewritable {
  return (answer) => {
    const body = answer.body as { readonly value?: readonly Item[] };
    if (!Array.isArray(body.value)) return answer;
    return { ...answer, body: { ...body, value: rewrite(body.value) } };
  };
}

/** One row of a query by its only column. */
export function column(story: Scenario, sql: string): readonly string[] {
  return story.rows(sql).map((row) => String(Object.values(row)[0]));
}

export const inScope = (story: Scenario): readonly string[] =>
  column(story, 'SELECT id FROM microsoft_graph_users ORDER BY id');
