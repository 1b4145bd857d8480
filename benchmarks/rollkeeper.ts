/**
 * The contestant: one run into SQLite, or into the PostgreSQL of `BENCH_POSTGRES`, all of it. With `BENCH_RECORD` its requests are written down for `replay.ts`:
 * each with the number of answers that were there when it was sent.
 */
import { closeSync, openSync, writeSync } from 'node:fs';

import { open } from 'rollkeeper';

import { measure, setting } from './measure.ts';
import type { Recorded } from './replay.ts';

const settings = Object.fromEntries(
  Object.entries(process.env).filter(([, value]) => value !== ''),
);
const script = setting('BENCH_RECORD') === '' ? null : openSync(setting('BENCH_SCRIPT'), 'w');
let answered = 0;

async function recording(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  const url = input instanceof Request ? input.url : String(input);
  if (script !== null && url.startsWith(`${setting('MSGRAPH_GRAPH_URL')}/v1.0/`)) {
    const body = typeof init?.body === 'string' ? init.body : null;
    const recorded: Recorded = { url, body, after: answered };
    writeSync(script, `${JSON.stringify(recorded)}\n`);
  }
  const response = await fetch(input, init);
  const text = await response.text();
  answered += 1;
  const { status, headers } = response;
  return new Response(text, { status, headers });
}

const databaseUrl = setting('BENCH_POSTGRES') || `sqlite:${setting('BENCH_DATABASE')}`;

await measure(async () => {
  const keeper = await open(
    { ...settings, ROLLKEEPER_DATABASE_URL: databaseUrl },
    script === null ? {} : { fetch: recording },
  );
  const asked = { full: setting('BENCH_FULL') !== '', onProgress: () => undefined };
  const { report } = await keeper.sync(asked);
  await keeper.close();
  return { users: report.users.inScope, requests: report.requests };
});
if (script !== null) closeSync(script);
