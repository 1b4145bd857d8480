import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * Sends an answer of fetch as Node's: piece by piece, as it is made. Cookies of the host stay. Whoever went away is not
 * told any more; what breaks in the middle is thrown, and the connection ended.
 */
export async function send(answer: Response, response: ServerResponse): Promise<void> {
  response.statusCode = answer.status;
  for (const [name, value] of answer.headers) {
    if (name === 'set-cookie') response.appendHeader(name, value);
    else response.setHeader(name, value);
  }
  if (answer.body === null) {
    response.end();
    return;
  }
  try {
    await pipeline(Readable.fromWeb(answer.body), response);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

/** The connection closed while an answer was sent, or before it began. */
const gone: ReadonlySet<unknown> = new Set([
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_UNABLE_TO_PIPE',
]);
const isGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && gone.has(error.code);
