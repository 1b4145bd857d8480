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
    const wentAway = error instanceof Error && 'code' in error && error.code === prematureClose;
    if (!wentAway) throw error;
  }
}

const prematureClose = 'ERR_STREAM_PREMATURE_CLOSE';
