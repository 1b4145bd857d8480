import type { Checkpoint } from '../directory/checkpoint.ts';
import { deltaSelect } from '../graph/queries.ts';
import type { DeltaWay } from '../graph/queries.ts';
import { readDelta } from '../read/delta.ts';
import { readFull } from '../read/full.ts';
import type { ResolvedScope, Strategy } from '../read/reading.ts';
import { Resync } from '../read/resync.ts';
import type { Claim, Remembered, RunKind } from '../store/store.ts';
import type { Choice, Question, ReadReason } from './choose.ts';
import { choose, goodFrom, isAnotherQuestion, proofDueAt } from './choose.ts';
import { memoryOf } from './memory.ts';
import { afterApproval, afterDelta, afterFull } from './overlap.ts';
import type { RunParts } from './parts.ts';
import { Proof } from './proof.ts';
import { recall } from './recall.ts';
import { findScope, renaming, scopeText } from './scope.ts';
import { Staging } from './staging.ts';

/** A completed read, staged, with what is to be remembered once its plan is applied. */
export interface Read {
  readonly kind: 'full' | 'delta' | 'resync';
  /** Why everything was read; null: only what changed was. */
  readonly reason: ReadReason | null;
  readonly remember: Remembered;
  /** Rule 16: the removals that follow come from another question, not from the tenant. */
  readonly scopeChanged: boolean;
  /** People whose row already says what was read; null: a delta read does not look at them. */
  readonly unchanged: number | null;
  /** null: only those that changed were read. */
  readonly strategy: Strategy | null;
  /** What tells drift; null: this read proves nothing. */
  readonly proof: Proof | null;
  readonly warnings: readonly string[];
}

export interface Reading {
  /** What the run was claimed as. An approval stays one, and reads everything. */
  readonly claimedAs: RunKind;
  /** Everything, even where what changed would do. */
  readonly full: boolean;
  /** When the run began, ISO 8601. */
  readonly at: string;
}

/** How the next read of a tenant will go, by what is remembered now. */
export async function chooseRead(
  { connection, now, store }: RunParts,
  tenantId: string,
  full: boolean,
): Promise<Choice> {
  const remembered = await store.remembered(tenantId);
  return choose(remembered, questionOf(connection), { full, now: now() });
}

/**
 * Reads the tenant and stages what was read: what changed since the checkpoint, or everything where that will not do.
 * Resolves when the read is complete, or throws.
 */
export async function read(parts: RunParts, claim: Claim, options: Reading): Promise<Read> {
  const reader = new Reader(parts, claim, options, await parts.store.remembered(claim.tenantId));
  const result = await reader.read();
  for (const message of result.warnings) parts.progress({ phase: 'warning', message });
  return result;
}

class Reader {
  readonly #parts: RunParts;
  readonly #claim: Claim;
  readonly #options: Reading;
  readonly #remembered: Remembered | null;

  constructor(parts: RunParts, claim: Claim, options: Reading, remembered: Remembered | null) {
    this.#parts = parts;
    this.#claim = claim;
    this.#options = options;
    this.#remembered = remembered;
  }

  async read(): Promise<Read> {
    const { connection, now } = this.#parts;
    const full = this.#options.full || this.#options.claimedAs === 'approval';
    const choice = choose(this.#remembered, questionOf(connection), { full, now: now() });
    await this.#become(choice.kind);
    try {
      if (choice.kind === 'delta') return await this.#changes();
      const proof = choice.reason === 'proof' ? await this.#listen() : null;
      return await this.#everything(choice.kind, choice.reason, proof);
    } catch (error) {
      if (!(error instanceof Resync)) throw error;
      await this.#parts.store.unstage(this.#claim);
      await this.#become('resync');
      return await this.#everything('resync', error.reason, null);
    }
  }

  async #become(kind: RunKind): Promise<void> {
    const { claimedAs } = this.#options;
    if (claimedAs === 'approval' || (claimedAs === kind && kind !== 'resync')) return;
    await this.#parts.store.become(this.#claim, kind);
  }

  async #changes(): Promise<Read> {
    const { connection, store } = this.#parts;
    const { remembered, since } = this.#goingOn();
    const staging = new Staging(store, this.#claim);
    const scope = rememberedScope(remembered);
    const reading = await readDelta({ ...this.#deltaParts(), stage: staging.take }, scope, since);
    await staging.flush();
    const { groupName } = reading;
    const renamed =
      groupName !== null && scope.kind === 'group' && groupName !== remembered.groupName
        ? [
            renaming(
              connection.scope,
              { id: scope.groupId, name: groupName },
              remembered.groupName ?? '',
            ),
          ]
        : [];
    return {
      kind: 'delta',
      reason: null,
      remember: {
        ...remembered,
        groupName: groupName ?? remembered.groupName,
        checkpoint:
          reading.missingGroups > 0
            ? null
            : afterDelta(since.checkpoint, reading.checkpoint, reading.asked),
        deltaWay: reading.way,
      },
      scopeChanged: false,
      unchanged: null,
      strategy: null,
      proof: null,
      warnings: [
        ...renamed,
        ...unresolvedWarning(reading.unresolved),
        ...missingWarning(reading.missingGroups),
      ],
    };
  }

  /** Reads what changed before a full read that is to prove it. */
  async #listen(): Promise<Proof> {
    const { remembered, since } = this.#goingOn();
    const proof = new Proof(this.#deltaParts(), rememberedScope(remembered), since);
    await proof.listen();
    return proof;
  }

  #goingOn() {
    const remembered = this.#remembered;
    const checkpoint = remembered?.checkpoint ?? null;
    if (remembered === null || checkpoint === null) throw new Resync('checkpoint_refused');
    const { at } = this.#options;
    const { now } = this.#parts;
    const since = { checkpoint: goodFrom(checkpoint, now()), at, way: remembered.deltaWay };
    return { remembered, since };
  }

  #deltaParts() {
    const { connection, graph, progress, signal, store } = this.#parts;
    return {
      graph,
      memory: memoryOf(store, this.#claim.tenantId),
      selection: connection.selection,
      progress: (people: number, of: number) => progress({ phase: 'reading', people, of }),
      signal,
    };
  }

  /** The checkpoint whose links are as good as before, although everything is read; null: they are not, or nobody knows. */
  #goesOnAfter(reason: ReadReason): Checkpoint | null {
    const isGood = reason === 'proof' || reason === 'group_not_found';
    return isGood ? this.#goingOn().since.checkpoint : null;
  }

  async #everything(
    kind: 'full' | 'resync',
    reason: ReadReason,
    proof: Proof | null,
  ): Promise<Read> {
    const { connection, graph, now, signal, store } = this.#parts;
    const { tenantId } = this.#claim;
    const before = this.#remembered;
    const found = await findScope(graph, connection, before, signal);
    const question = { ...questionOf(connection), groupId: groupIdOf(found.scope) };
    const scopeChanged =
      before !== null &&
      (isAnotherQuestion(before, question) || before.groupId !== question.groupId);
    const known = await recall(store, tenantId, scopeChanged);
    const staging = new Staging(store, this.#claim);
    const reading = await readFull(
      { ...this.#deltaParts(), known, stage: staging.take },
      found.scope,
      {
        at: this.#options.at,
        select: question.select,
        way: reason === 'select_ignored' ? 'initial' : (before?.deltaWay ?? 'latest'),
        groups: scopeChanged ? [] : await store.knownGroups(tenantId),
        deletedGroups: before?.checkpoint?.deletedGroups ?? [],
      },
    );
    await staging.flush();
    const { way } = reading;
    const old = scopeChanged ? null : (before?.checkpoint ?? null);
    const next =
      this.#options.claimedAs === 'approval'
        ? afterApproval(old, reading.checkpoint)
        : afterFull(this.#goesOnAfter(reason), reading.checkpoint);
    const isWhole = reading.missingGroups === 0 || reason === 'no_checkpoint';
    return {
      kind,
      reason,
      remember: {
        scope: question.scope,
        groupId: question.groupId,
        groupName: found.groupName,
        membership: question.membership,
        disabledUsers: question.disabledUsers,
        attributes: attributesOf(connection),
        groupsToKeep: keptBy(connection, found.scope),
        checkpoint: isWhole ? next : null,
        deltaWay: way,
        proofDueAt:
          this.#options.claimedAs === 'approval' && before !== null
            ? before.proofDueAt
            : proofDueAt(reason, now()),
      },
      scopeChanged,
      unchanged: known.unchanged,
      strategy: reading.strategy,
      proof,
      warnings: [
        ...found.warnings,
        ...unresolvedWarning(reading.unresolved),
        ...missingWarning(reading.missingGroups),
      ],
    };
  }
}

/**
 * What to remember where a proof found drift: if no delta answer ever showed that the link tells of what was
 * selected, it may not, and links are taken the dearer and surer way from the next run on.
 */
export function afterDrift(remember: Remembered, drift: number): Remembered {
  const { checkpoint, deltaWay } = remember;
  const isUnproven = deltaWay === 'latest' && checkpoint?.usersProven === false;
  if (drift === 0 || !isUnproven) return remember;
  const way: DeltaWay = 'initial';
  return { ...remember, checkpoint: null, deltaWay: way };
}

function unresolvedWarning(unresolved: number): readonly string[] {
  if (unresolved === 0) return [];
  return [
    `${unresolved} members of the group could not be read: deleted while the run read, or not there yet. The next run asks again.`,
  ];
}

function missingWarning(missing: number): readonly string[] {
  if (missing === 0) return [];
  return [
    `${missing} groups in the group were not found: deleted while the run read, or not there yet. A later run looks again.`,
  ];
}

function questionOf(connection: RunParts['connection']): Question {
  return {
    scope: scopeText(connection.scope),
    membership: connection.membership,
    disabledUsers: connection.policy.disabledUsers,
    groupsToKeep: connection.groupsToKeep,
    select: deltaSelect(connection.selection),
  };
}

function attributesOf({ selection }: RunParts['connection']): readonly string[] {
  return [...selection.attributes.map(({ name }) => name), ...selection.extra].toSorted();
}

const groupIdOf = (scope: ResolvedScope): string | null =>
  scope.kind === 'group' ? scope.groupId : null;

const keptBy = (
  { groupsToKeep }: RunParts['connection'],
  scope: ResolvedScope,
): Remembered['groupsToKeep'] =>
  groupsToKeep.map((text, at) => ({ text, id: scope.groupsToKeep[at] ?? text }));

function rememberedScope({ groupId, groupsToKeep, membership }: Remembered): ResolvedScope {
  const kept = groupsToKeep.map(({ id }) => id);
  return groupId === null
    ? { kind: 'all', groupsToKeep: kept }
    : { kind: 'group', groupId, membership, groupsToKeep: kept };
}
