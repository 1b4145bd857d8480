/**
 * The pages of people at 100,000 people: autocannon asks twenty at a time, and tells how long answers take. The site is in a
 * process of its own, on the rows that a first run has brought.
 *
 *     npm run bench:people
 *     npm run bench:people -- --users 100000 --seconds 10
 */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import autocannon from 'autocannon';
import { open } from 'rollkeeper';

import { serveTenant } from './simulator.ts';

const { values } = parseArgs({
  options: {
    users: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '10' },
  },
});
const users = Number(values.users);
const atATime = 20;

/** What people look at, and how they look for somebody. */
const pages: readonly (readonly [what: string, path: string])[] = [
  ['the first page', '/people'],
  ['by department, disabled', '/people?status=disabled&sort=department'],
  ['a name', '/people?q=norwood'],
  ['two words', '/people?q=anna%20sales'],
  ['the beginning of a word', '/people?q=ma'],
  ['a department', '/people?department=Engineering&sort=since'],
  ['nobody', '/people?q=nobodyofthatname'],
];

/** Waits for something, or throws as soon as the site has ended: nothing that is asked then is a figure. */
function orEnd(site: ChildProcess): <Value>(work: Promise<Value>) => Promise<Value> {
  const ended = Promise.withResolvers<never>();
  // Whoever waits for nothing just now is told with the next wait.
  ended.promise.catch(() => {});
  site.once('exit', (code, signal) =>
    ended.reject(
      new Error(
        `The site ended with ${signal ?? `exit code ${String(code)}`}. Its error stands above.`,
      ),
    ),
  );
  return async (work) => await Promise.race([work, ended.promise]);
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);
const folder = await mkdtemp(join(tmpdir(), 'rollkeeper-bench-'));
try {
  await using tenant = await serveTenant({ users, members: users });
  const settings = {
    ...tenant.settings,
    MSGRAPH_GROUP_NAME_TO_SYNC: '',
    MSGRAPH_SYNC_ALL_USERS: 'true',
    ROLLKEEPER_DATABASE_URL: `sqlite:${join(folder, 'rows.db')}`,
  };
  const keeper = await open(settings);
  await keeper.sync();
  await keeper.close();
  const site = fork(fileURLToPath(new URL('people-site.ts', import.meta.url)), {
    env: { ...process.env, ...settings },
  });
  const alive = orEnd(site);
  const [address] = (await alive(once(site, 'message'))) as [string];
  // What is searched is brought up to the rows with the first page.
  const first = await alive(fetch(`${address}/people`));
  if (!first.ok) throw new Error(`The site answers ${first.status}: ${await first.text()}`);
  print(`${users} people, ${atATime} requests at a time, ${values.seconds} s each.\n`);
  print('| page | answers a second | median | 99 % within | not 200 |');
  print('| --- | --- | --- | --- | --- |');
  for (const [what, path] of pages) {
    const asking = autocannon({
      url: `${address}${path}`,
      connections: atATime,
      duration: Number(values.seconds),
    });
    const { latency, non2xx, errors, requests } = await alive(asking);
    const failed = non2xx + errors;
    print(
      `| ${what} | ${Math.round(requests.average)} | ${latency.p50} ms | ${latency.p99} ms | ${failed} |`,
    );
  }
  const ended = once(site, 'exit');
  site.kill('SIGTERM');
  await ended;
} finally {
  await rm(folder, { recursive: true, force: true });
}
