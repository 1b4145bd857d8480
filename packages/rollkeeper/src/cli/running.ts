import { withSignals } from './signals.ts';

/** What every command gets. Returns the exit code. */
export type Run<Options, Arguments extends readonly unknown[] = []> = (
  signal: AbortSignal,
  options: Options,
  ...operands: Arguments
) => Promise<number>;

/** A command without operands; `graceMs` is how long it may take to stop. */
export function running<Options>(
  run: Run<Options>,
  graceMs?: number,
): (options: Options) => Promise<void> {
  return async (options) => {
    process.exitCode = await withSignals(async (signal) => await run(signal, options), graceMs);
  };
}

/** A command with one operand. */
export function runningWith<Options, Operand>(
  run: Run<Options, [Operand]>,
): (operand: Operand, options: Options) => Promise<void> {
  return async (operand, options) => {
    process.exitCode = await withSignals(async (signal) => await run(signal, options, operand));
  };
}
