import { readFull } from '../read/full.ts';
import type { Strategy } from '../read/reading.ts';
import type { Claim, Remembered } from '../store/store.ts';
import type { RunParts } from './parts.ts';
import { recall } from './recall.ts';
import { findScope, scopeText } from './scope.ts';
import type { FoundScope } from './scope.ts';
import { Staging } from './staging.ts';

/** A completed read, staged, with what is to be remembered once its plan is applied. */
export interface Read {
  readonly remember: Remembered;
  /** Rule 16: the removals that follow come from another question, not from the tenant. */
  readonly scopeChanged: boolean;
  /** People whose row already says what was read. */
  readonly unchanged: number;
  readonly strategy: Strategy;
  readonly warnings: readonly string[];
}

/** Reads the tenant and stages what was read. Resolves when the read is complete, or throws. */
export async function read(parts: RunParts, claim: Claim): Promise<Read> {
  const { connection, graph, progress, signal, store } = parts;
  const remembered = await store.remembered(claim.tenantId);
  const found = await findScope(graph, connection, remembered, signal);
  const remember = toRemember(parts, found);
  const scopeChanged = remembered !== null && isAnotherScope(remembered, remember);
  const known = await recall(store, claim.tenantId, scopeChanged);
  const staging = new Staging(store, claim);
  const reading = await readFull(
    {
      graph,
      known,
      selection: connection.selection,
      stage: staging.take,
      progress: (people, of) => progress({ phase: 'reading', people, of }),
      signal,
    },
    found.scope,
  );
  await staging.flush();
  const warnings = [...found.warnings];
  if (reading.unresolved > 0) {
    warnings.push(
      `${reading.unresolved} members of the group could not be read: deleted while the run read, or not there yet. The next run asks again.`,
    );
  }
  for (const message of warnings) progress({ phase: 'warning', message });
  return {
    remember,
    scopeChanged,
    unchanged: known.unchanged,
    strategy: reading.strategy,
    warnings,
  };
}

function toRemember({ connection }: RunParts, { scope, groupName }: FoundScope): Remembered {
  const { attributes, extra } = connection.selection;
  return {
    scope: scopeText(connection.scope),
    groupId: scope.kind === 'group' ? scope.groupId : null,
    groupName,
    membership: connection.membership,
    disabledUsers: connection.policy.disabledUsers,
    attributes: [...attributes.map(({ name }) => name), ...extra].toSorted(),
  };
}

const isAnotherScope = (before: Remembered, now: Remembered): boolean =>
  before.scope !== now.scope ||
  before.groupId !== now.groupId ||
  before.membership !== now.membership ||
  before.disabledUsers !== now.disabledUsers;
