import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Writable } from 'node:stream';
import { finished, pipeline } from 'node:stream/promises';

import { stringify } from 'csv-stringify';
import type { Options, Stringifier } from 'csv-stringify';

import { RollkeeperError } from '../directory/error.ts';

/** Takes rows of a CSV; resolves when there is room for more. */
export type WriteRows = (rows: readonly (readonly (string | null)[])[]) => Promise<void>;

/**
 * Streams a CSV (RFC 4180, UTF-8, lines end in CR LF) whose cells that a spreadsheet would take for a formula are
 * escaped by an apostrophe. `-` is standard output; a file, its owner's alone, appears under its name when
 * it is whole, or not at all.
 * Returns the number of rows, without the header.
 */
export async function writeCsv(
  file: string,
  columns: readonly string[],
  produce: (write: WriteRows) => Promise<void>,
): Promise<number> {
  if (file === '-') return await stream(process.stdout, columns, produce);
  const partial = `${file}.${process.pid}.partial`;
  try {
    const output = createWriteStream(partial, { flags: 'wx', mode: 0o600, flush: true });
    const rows = await stream(output, columns, produce);
    output.end();
    await finished(output);
    await rename(partial, file);
    return rows;
  } catch (error) {
    await rm(partial, { force: true });
    throw describe(error, file);
  }
}

async function stream(
  output: Writable,
  columns: readonly string[],
  produce: (write: WriteRows) => Promise<void>,
): Promise<number> {
  const csv: Stringifier = stringify(form(columns));
  const failed = new AbortController();
  const fail = (error: Error): void => failed.abort(error);
  output.on('error', fail);
  csv.pipe(output, { end: false });
  let count = 0;
  // Pages come side by side; all who write wait for the same room.
  let draining: Promise<unknown> | null = null;
  const room = async (): Promise<void> => {
    draining ??= once(csv, 'drain', { signal: failed.signal }).finally(() => (draining = null));
    await draining;
  };
  try {
    await produce(async (rows) => {
      for (const row of rows) {
        if (csv.writableNeedDrain) await room();
        count += 1;
        csv.write(row);
      }
      failed.signal.throwIfAborted();
    });
    csv.end();
    await finished(csv, { signal: failed.signal });
    if (output.writableNeedDrain) await once(output, 'drain', { signal: failed.signal });
    return count;
  } catch (error) {
    throw failed.signal.aborted ? failed.signal.reason : error;
  } finally {
    output.off('error', fail);
    csv.destroy();
  }
}

const form = (columns: readonly string[]): Options => ({
  header: true,
  columns: [...columns],
  record_delimiter: 'windows',
  escape_formulas: true,
  // A line break of any kind has to be quoted, not only the one that ends a row.
  quoted_match: /[\r\n]/u,
});

/** The same CSV as a body to send, made as fast as it is taken. It breaks off where `rows` throws. */
export function csvBody(
  columns: readonly string[],
  rows: AsyncIterable<readonly (string | null)[]>,
): ReadableStream<Uint8Array> {
  const csv = stringify(form(columns));
  // Who takes the body learns of a failure from the stringifier, which the pipeline destroys.
  pipeline(Readable.from(rows), csv).catch(() => {});
  // Node's type of a stream of bytes and the one of the web are the same thing.
  return Readable.toWeb(csv) as ReadableStream<Uint8Array>;
}

function describe(error: unknown, file: string): unknown {
  if (!(error instanceof Error) || !('code' in error) || !('syscall' in error)) return error;
  return new RollkeeperError('usage', `The file ${file} could not be written: ${error.message}.`, {
    remedy: 'Name a file in a folder that you may write to and that has room, with --output.',
    cause: error,
  });
}
