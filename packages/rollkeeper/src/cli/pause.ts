import { RollkeeperError } from '../directory/error.ts';
import { durationForm, readDuration } from '../settings/duration.ts';
import type { DecisionOptions } from './decide.ts';
import { decisionOf } from './decide.ts';
import { withRollkeeper } from './environment.ts';
import { print } from './terminal.ts';

export async function pauseCommand(
  signal: AbortSignal,
  options: DecisionOptions & { readonly removals: boolean; readonly for?: string },
): Promise<number> {
  if (!options.removals) {
    throw new RollkeeperError('usage', 'What is to be paused was not said.', {
      remedy:
        'Run: rollkeeper pause --removals. Joiners and changes cannot be paused; stop the schedule instead.',
    });
  }
  const forMs = options.for === undefined ? undefined : duration(options.for);
  return await withRollkeeper(signal, async (keeper) => {
    const tenantId = await keeper.tenantId({ signal });
    const time = forMs === undefined ? {} : { forMs };
    const { until } = await keeper.pause(tenantId, { ...decisionOf(options), ...time });
    print(
      `Every removal is held ${until === null ? 'until somebody runs: rollkeeper resume' : `until ${until}`}.`,
    );
    return 0;
  });
}

export async function resumeCommand(signal: AbortSignal): Promise<number> {
  return await withRollkeeper(signal, async (keeper) => {
    const resumed = await keeper.resume(await keeper.tenantId({ signal }));
    print(
      resumed
        ? 'Removals go on. What was held meanwhile stays held until it is approved or rejected.'
        : 'Removals were not paused.',
    );
    return 0;
  });
}

function duration(text: string): number {
  const ms = readDuration(text);
  if (ms !== null) return ms;
  throw new RollkeeperError('usage', `“${text}” is not a duration.`, {
    remedy: `Write ${durationForm}.`,
  });
}
