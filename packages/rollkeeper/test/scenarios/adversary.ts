import type { Behaviour, Fault } from 'entra-simulator';
import * as fc from 'fast-check';

import { anyHappening as anyChange, groupsGo } from './story.ts';

/**
 * How Graph may turn out to be from one moment to the next. Nothing here takes a permission away, and a link never leaves
 * out managers in silence (`deltaTokenLatest: 'ignores-select'`): a change of one alone is then found by the proving read.
 */
const turns: readonly Partial<Behaviour>[] = [
  { deltaRepeats: true },
  { deltaRepeats: false },
  { deltaOrder: 'any' },
  { deltaOrder: 'as-made' },
  { deltaPageSize: 1 },
  { deltaPageSize: 3 },
  { deltaPageSize: 200 },
  { memberSlice: 1 },
  { memberSlice: 1000 },
  { maxPageSize: 7 },
  { maxPageSize: 999 },
  { emptyPages: true },
  { emptyPages: false },
  { topTooLarge: 'ignore' },
  { topTooLarge: 'error' },
  { removedLinkReason: 'changed' },
  { removedLinkReason: 'deleted' },
  { replacedManager: 'new-only' },
  { replacedManager: 'both' },
  { expandManager: 'refused', expandManagerSelect: 'refused' },
  { expandManager: 'silent', expandManagerSelect: 'silent' },
  { expandManagerSelect: 'refused' },
  { expandManagerSelect: 'silent' },
  { expandManager: 'ok', expandManagerSelect: 'ok' },
  { absentManager: 'null' },
  { idIn: 'refused' },
  { idIn: 'ok' },
  { startsWithUpn: 'refused' },
  { orOfStartsWith: 'refused' },
  { countLag: 3 },
  { deltaTokenLatest: 'refused' },
  { absentManager: 'omitted' },
  { deltaTokenLatest: 'ok' },
  { removedInFirstRound: false },
  { expiredDelta: '410' },
  { expiredDelta: '410-location' },
  { expiredDelta: '400-syncStateNotFound' },
  { expiredDelta: '400-badRequest' },
  { errorCase: 'innererror' },
  { shuffleBatch: false },
  { headerCase: 'lower' },
  { headerCase: 'upper' },
  { servicePrincipalMembers: 'listed' },
  { quota: 'by-tenant-size' },
];

/** What a request may meet with. */
export const faults = {
  'status 429': { status: 429, headers: { 'Retry-After': '0.001' } },
  'status 500': { status: 500, body: { error: { code: 'generalException', message: '' } } },
  'status 503 with HTML': { status: 503, body: '<html>busy</html>' },
  'status 410': { status: 410, body: { error: { code: 'resyncRequired', message: '' } } },
  'HTML under a 200': { status: 200, body: '<html>maintenance</html>' },
  'an empty object': { status: 200, body: {} },
  'a reset': { reset: true },
  'a body cut off': { truncate: 20 },
  'a body that ends too soon': { truncateCleanly: 20 },
} as const satisfies Readonly<Record<string, Fault>>;
const always = Number.POSITIVE_INFINITY;

const anyHappening = fc.oneof(
  { weight: 18, arbitrary: anyChange },
  {
    weight: 1,
    arbitrary: fc.record({ what: fc.constantFrom(...groupsGo), a: fc.nat(), b: fc.nat() }),
  },
);
const anyFull = fc.boolean();
/** Writes that a part of Graph has not heard of. */
const anyLag = fc.constantFrom(0, 0, 1, 3, 9);
const anyNth = fc.integer({ min: 1, max: 12 });
const anyStep = fc.oneof(
  { weight: 24, arbitrary: anyHappening },
  { weight: 4, arbitrary: fc.record({ turn: fc.constantFrom(...turns) }) },
  { weight: 8, arbitrary: fc.record({ run: fc.constant('quiet' as const), full: anyFull }) },
  { weight: 2, arbitrary: fc.record({ run: fc.constant('twice' as const), full: anyFull }) },
  {
    weight: 4,
    arbitrary: fc.record({
      run: fc.constant('meanwhile' as const),
      full: anyFull,
      nth: anyNth,
      happenings: fc.array(anyHappening, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      run: fc.constant('behind' as const),
      full: fc.constant(false),
      happenings: fc.array(anyHappening, { minLength: 1, maxLength: 3 }),
      by: fc.record({ deltaBehind: anyLag, listsBehind: anyLag, objectsBehind: anyLag }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ run: fc.constant('dry' as const), full: anyFull }) },
  {
    weight: 3,
    arbitrary: fc.record({
      run: fc.constant('disturbed' as const),
      full: anyFull,
      fault: fc.constantFrom(...(Object.keys(faults) as (keyof typeof faults)[])),
      inBatch: fc.boolean(),
      nth: anyNth,
      times: fc.constantFrom(1, 2, always),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      run: fc.constant('aborted' as const),
      full: anyFull,
      at: fc.constantFrom('request' as const, 'progress' as const),
      nth: anyNth,
    }),
  },
  { weight: 2, arbitrary: fc.record({ decide: fc.constantFrom('approve', 'reject') }) },
  {
    weight: 1,
    arbitrary: fc.record({
      waitHours: fc.constantFrom(2, 25, 5 * 24, 8 * 24),
      graphAlone: fc.boolean(),
    }),
  },
);
export type Step = typeof anyStep extends fc.Arbitrary<infer Value> ? Value : never;
export type Run = Extract<Step, { readonly run: string }>;

export const scopes = {
  group: {},
  direct: { MSGRAPH_MEMBERSHIP: 'direct' },
  everyone: { MSGRAPH_GROUP_NAME_TO_SYNC: '', MSGRAPH_SYNC_ALL_USERS: 'true' },
} as const;

/** Removals in a day that are one too many, where there is a threshold. */
export const threshold = 4;

/** A tenant, what is asked of it, and everything that happens. */
export const anyStory = (maxLength: number) =>
  fc.record({
    seed: fc.integer({ min: 1, max: 5 }),
    scope: fc.constantFrom<keyof typeof scopes>('group', 'group', 'group', 'direct', 'everyone'),
    disabledUsers: fc.constantFrom<'keep' | 'remove'>('keep', 'keep', 'remove'),
    keepsGroup: fc.boolean(),
    holds: fc.constantFrom(false, false, false, true),
    steps: fc.array(anyStep, { maxLength, size: 'max' }),
  });
export type Story = ReturnType<typeof anyStory> extends fc.Arbitrary<infer Value> ? Value : never;
