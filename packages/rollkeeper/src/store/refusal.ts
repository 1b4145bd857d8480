/** What every store refuses, in the same words. */
import { RollkeeperError } from '../directory/error.ts';
import type { Owner } from './owner.ts';
import type { Claim } from './store.ts';

/** Another run has the lease. `seconds`: until it ends by itself. */
export function activeRun(
  { tenantId, runId, seconds }: { tenantId: string; runId: number; seconds: number },
  owner: Owner,
): RollkeeperError {
  return new RollkeeperError(
    'run.active',
    `Run ${runId} of tenant ${tenantId} is under way, in process ${owner.process} on ${owner.host}.`,
    {
      remedy: `Wait until it ends. If that process is gone, its run is taken over ${seconds} s from now.`,
      facts: { runId, tenantId, host: owner.host, process: owner.process },
    },
  );
}

export function lostLease({ runId, tenantId }: Claim): RollkeeperError {
  return new RollkeeperError(
    'run.lost_lease',
    `Run ${runId} no longer has the lease of tenant ${tenantId}: it ended, or another run has taken over.`,
    {
      remedy:
        'See `rollkeeper runs` for the run that took over. This one was stopped before it changed a row.',
      facts: { runId, tenantId },
    },
  );
}

export function cancelledRun({ runId, tenantId }: Claim, by: string): RollkeeperError {
  return new RollkeeperError('run.cancelled', `Run ${runId} was cancelled by ${by}.`, {
    remedy: 'No row was changed. Start another run when it suits you.',
    facts: { runId, tenantId, by },
  });
}

export function appliedOnce({ runId, tenantId }: Claim): RollkeeperError {
  return new RollkeeperError(
    'unexpected',
    `Run ${runId} cannot be applied: it was applied before, is a dry run, or has not decided.`,
    { remedy: 'Start another run. No row was changed.', facts: { runId, tenantId } },
  );
}

export function noSuchRun(tenantId: string, runId: number): RollkeeperError {
  return new RollkeeperError('run.not_found', `There is no run ${runId}.`, {
    remedy: 'List the runs with: rollkeeper runs',
    facts: { runId, tenantId },
  });
}

export function holdsNothing(tenantId: string, runId: number): RollkeeperError {
  return new RollkeeperError('run.holds_nothing', `Nothing of run ${runId} waits for a decision.`, {
    remedy: 'See what is held, and by which run, with: rollkeeper status',
    facts: { runId, tenantId },
  });
}

export function endedRun(tenantId: string, runId: number): RollkeeperError {
  return new RollkeeperError('run.ended', `Run ${runId} has ended already.`, {
    remedy: 'See how with: rollkeeper runs show ' + String(runId),
    facts: { runId, tenantId },
  });
}

/** Names nobody: the caller knows whom it asked to forget, and a log must not. */
export const neededPerson = (why: string): RollkeeperError =>
  new RollkeeperError('person.needed', `This person ${why}, and would be read again.`, {
    remedy:
      'Take the person out of the group in Entra, and give those they manage another manager; let a run see it; then forget.',
  });

export const unknownPerson = (): RollkeeperError =>
  new RollkeeperError('person.not_found', 'The database holds nothing of this person.', {
    remedy: 'Give the object id, as the view microsoft_graph_people shows it.',
  });

/** A schema that is older than this version's, or not there (`version` 0), and was not to be changed. */
export function outdatedSchema(location: string, version: number, needed: number): RollkeeperError {
  const state = version === 0 ? `has no schema of Rollkeeper` : `has an older schema, ${version}`;
  return new RollkeeperError(
    'database.outdated',
    `${location} ${state}; this version needs ${needed}.`,
    {
      remedy: `Run \`rollkeeper migrate\` as whoever may change the schema, or have what \`rollkeeper migrate --print --from ${version}\` prints run there.`,
      facts: { version, needed },
    },
  );
}
