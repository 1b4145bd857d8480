import type { Finding } from '../check/finding.ts';
import { RollkeeperError } from '../directory/error.ts';
import { check } from '../open.ts';
import { environment } from './environment.ts';
import { exitCodeOf } from './exit-code.ts';
import { print, styled } from './terminal.ts';

export async function checkCommand(
  signal: AbortSignal,
  options: { readonly json: boolean },
): Promise<number> {
  const findings: Finding[] = [];
  for await (const finding of check(environment(), { signal })) {
    findings.push(finding);
    if (!options.json) print(inWords(finding));
  }
  const first = findings.find(({ state }) => state === 'failed');
  const exitCode = first?.code === undefined ? 0 : exitCodeOf(asError(first));
  if (options.json) print(JSON.stringify({ ok: first === undefined, exitCode, findings }));
  return exitCode;
}

const marks = {
  ok: () => styled('green', '✔'),
  warning: () => styled('yellow', '!'),
  failed: () => styled('red', '✘'),
  skipped: () => styled('dim', '–'),
} as const;

function inWords({ step, state, message, remedy, requestId }: Finding): string {
  const lines = [`${marks[state]()} ${step.padEnd(11)} ${message}`];
  if (remedy !== undefined) lines.push(`${' '.repeat(14)}next: ${remedy}`);
  if (requestId !== undefined) lines.push(`${' '.repeat(14)}request id: ${requestId}`);
  return lines.join('\n');
}

const asError = ({ code = 'unexpected', message, remedy = '' }: Finding): RollkeeperError =>
  new RollkeeperError(code, message, { remedy });
