import { RollkeeperError } from '../directory/error.ts';
import { durationForm, readDuration } from '../settings/duration.ts';
import { withRollkeeper } from './environment.ts';
import { print } from './terminal.ts';
import { whoAsks } from './who.ts';

export async function purgeCommand(
  signal: AbortSignal,
  options: { readonly olderThan?: string; readonly dryRun: boolean },
): Promise<number> {
  return await withRollkeeper(signal, async (keeper) => {
    const olderThanMs = age(options.olderThan, keeper.settings.purgeAfterMs);
    const tenantId = await keeper.tenantId({ signal });
    const { dryRun } = options;
    const purged = await keeper.purge(tenantId, { olderThanMs, dryRun, by: whoAsks() });
    print(`${dryRun ? 'Would purge' : 'Purged'} ${purged.people} people.`);
    if (purged.restorable > 0) {
      print(`${purged.restorable} more are in the tenant’s deleted items and may come back: kept.`);
    }
    if (purged.supervising > 0) {
      print(`${purged.supervising} more still supervise somebody in scope: kept.`);
    }
    return 0;
  });
}

function age(given: string | undefined, configured: number | null): number {
  const ms = given === undefined ? configured : readDuration(given);
  if (ms !== null) return ms;
  if (given !== undefined) {
    throw new RollkeeperError('usage', `“${given}” is not a duration.`, {
      remedy: `Write ${durationForm}.`,
    });
  }
  throw new RollkeeperError('usage', 'Nothing is purged: purging is off.', {
    remedy: 'Set ROLLKEEPER_PURGE_AFTER, for example to 90d, or give --older-than 90d.',
  });
}

export async function forgetCommand(
  signal: AbortSignal,
  _options: object,
  objectId: string,
): Promise<number> {
  return await withRollkeeper(signal, async (keeper) => {
    const tenantId = await keeper.tenantId({ signal });
    await keeper.forget({ tenantId, objectId }, { by: whoAsks() });
    print('Forgotten. What is left says that it was done, and nothing of whom.');
    return 0;
  });
}
