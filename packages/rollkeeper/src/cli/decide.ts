import { createInterface } from 'node:readline/promises';

import { RollkeeperError } from '../directory/error.ts';
import type { Rollkeeper } from '../open.ts';
import { withRollkeeper } from './environment.ts';
import { heldTable } from './held.ts';
import { note, print, progressView } from './terminal.ts';
import { exitCodeOfRun } from './sync.ts';
import { tell } from './tell.ts';
import { whoAsks } from './who.ts';

export interface DecisionOptions {
  /** Instead of the user of the operating system. */
  readonly by?: string;
  readonly reason?: string;
}

/** Who decides, for the record. */
export const decisionOf = ({ by, reason }: DecisionOptions): { by: string; reason?: string } => ({
  by: by ?? whoAsks(),
  ...(reason === undefined ? {} : { reason }),
});

export async function approveCommand(
  signal: AbortSignal,
  options: DecisionOptions & { readonly yes: boolean; readonly json: boolean },
  number: number,
): Promise<number> {
  return await withRollkeeper(signal, async (keeper) => {
    const tenantId = await keeper.tenantId({ signal });
    if (!options.yes) await confirm(keeper, tenantId, number, signal);
    const view = progressView();
    try {
      const decision = decisionOf(options);
      const result = await keeper.approve(tenantId, number, {
        ...decision,
        signal,
        onProgress: view.show,
      });
      view.stop();
      if (options.json) print(JSON.stringify(result.report));
      else await tell(keeper, result);
      return exitCodeOfRun(result);
    } finally {
      view.stop();
    }
  });
}

/** Shows what would be approved, and goes on only if somebody at the terminal says so. */
async function confirm(
  keeper: Rollkeeper,
  tenantId: string,
  number: number,
  signal: AbortSignal,
): Promise<void> {
  const held = await heldTable(keeper, tenantId, number);
  // There is nothing to confirm, and the approval itself says why.
  if (held === null) return;
  note(held);
  if (process.stdin.isTTY && process.stderr.isTTY) {
    const terminal = createInterface({ input: process.stdin, output: process.stderr });
    const question = `Perform what run ${number} holds and a fresh read still proposes? Type yes: `;
    const answer = await terminal.question(question, { signal }).finally(() => terminal.close());
    if (answer.trim().toLowerCase() === 'yes') return;
    throw new RollkeeperError('usage', 'Nothing was approved.', {
      remedy: `Run it again when you are sure: rollkeeper runs approve ${number}`,
    });
  }
  throw new RollkeeperError('usage', 'An approval must be confirmed, and there is no terminal.', {
    remedy: `Look at what is held above, then run: rollkeeper runs approve ${number} --yes`,
  });
}

export async function rejectCommand(
  signal: AbortSignal,
  options: DecisionOptions,
  number: number,
): Promise<number> {
  return await withRollkeeper(signal, async (keeper) => {
    const tenantId = await keeper.tenantId({ signal });
    const rejected = await keeper.reject(tenantId, number, decisionOf(options));
    print(
      `Rejected ${rejected} removals of run ${number}. They stay, and are not proposed again until they were seen back once.`,
    );
    return 0;
  });
}

export async function cancelCommand(
  signal: AbortSignal,
  options: DecisionOptions,
  number: number,
): Promise<number> {
  return await withRollkeeper(signal, async (keeper) => {
    const tenantId = await keeper.tenantId({ signal });
    await keeper.cancel(tenantId, number, decisionOf(options));
    print(`Run ${number} was asked to stop. It does so within seconds; no row is changed by it.`);
    return 0;
  });
}
