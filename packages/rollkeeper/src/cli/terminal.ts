import { styleText } from 'node:util';

import { SingleBar } from 'cli-progress';
import Table from 'cli-table3';

import { RollkeeperError } from '../directory/error.ts';
import type { Progress } from '../run/parts.ts';

/** Results go to standard output; everything else, progress above all, to standard error. */
export const print = (text: string): void => void process.stdout.write(`${text}\n`);
export const note = (text: string): void => void process.stderr.write(`${text}\n`);

/** Whoever read the output has closed it. */
export const isClosedPipe = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EPIPE';

type Style = Parameters<typeof styleText>[0];
/** Styled where standard error is a terminal that shows colours. */
export const styled = (style: Style, text: string): string =>
  styleText(style, text, { stream: process.stderr });

/** What failed, where, and what to do next. */
export function describeError(error: unknown): string {
  const known = rootOf(error);
  if (!(known instanceof RollkeeperError)) {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return `${styled('red', 'Unexpected failure')}: ${text}\nPlease report this, with the lines above.`;
  }
  const lines = [`${styled('red', 'Failed')}: ${known.message} (${known.code})`];
  if (known.where) {
    const { method, path, status, graphCode, requestId } = known.where;
    const facts = [
      `${method} ${path}`,
      status === undefined ? null : `status ${status}`,
      graphCode ?? null,
      requestId === undefined ? null : `request id ${requestId}`,
    ];
    lines.push(`  where: ${facts.filter((fact) => fact !== null).join(', ')}`);
  }
  lines.push(`  next:  ${known.remedy}`);
  return lines.join('\n');
}

/** The error that says most: the first of ours in the chain of causes. */
export function rootOf(error: unknown): unknown {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof RollkeeperError) return cause;
  }
  return error;
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const drawn = new Table({
    head: [...head],
    style: { head: [], border: [] },
    // One line a row.
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  for (const row of rows) drawn.push(row.map((cell) => cut(oneLine(cell))));
  return drawn.toString();
}

/** So long that errors and identifiers stay whole, and no name of 256 letters pulls a table apart. */
const longestCell = 100;

const letters = new Intl.Segmenter();

const cut = (text: string): string =>
  text.length <= longestCell
    ? text
    : `${Array.from(letters.segment(text), ({ segment }) => segment)
        .slice(0, longestCell - 1)
        .join('')}…`;

/** Text of others on one line of a terminal: no control characters, nothing that turns the direction of the line. */
export const oneLine = (text: string): string =>
  text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '·');

/** Shows a run's progress on standard error: a bar on a terminal, plain lines otherwise. */
export interface ProgressView {
  readonly show: (progress: Progress) => void;
  stop(): void;
}

export const silent: ProgressView = { show: () => {}, stop: () => {} };

export function progressView(): ProgressView {
  return process.stderr.isTTY ? bar() : plainLines();
}

function bar(): ProgressView {
  const people = new SingleBar({
    format: 'reading {bar} {percentage}% | {value}/{total} people',
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: false,
    stopOnComplete: false,
  });
  let active = false;
  const stop = (): void => {
    if (active) people.stop();
    active = false;
  };
  return {
    show: (progress) => {
      if (progress.phase === 'begun') return;
      if (progress.phase === 'reading') {
        if (!active) people.start(progress.of, progress.people);
        active = true;
        people.setTotal(Math.max(progress.of, 1));
        people.update(progress.people);
        return;
      }
      stop();
      note(inWords(progress));
    },
    stop,
  };
}

function plainLines(): ProgressView {
  let last = 0;
  return {
    show: (progress) => {
      if (progress.phase === 'begun') return;
      if (progress.phase !== 'reading') return note(inWords(progress));
      const step = Math.max(1_000, progress.of / 10);
      const news = progress.people >= last + step || progress.people === progress.of;
      if (!news || progress.people === last) return;
      last = progress.people;
      note(`reading: ${progress.people} of ${progress.of} people`);
    },
    stop: () => {},
  };
}

function inWords(progress: Exclude<Progress, { phase: 'begun' | 'reading' }>): string {
  if (progress.phase === 'warning') return `${styled('yellow', 'warning')}: ${progress.message}`;
  return progress.phase === 'deciding' ? 'deciding what to do' : 'applying the plan';
}
