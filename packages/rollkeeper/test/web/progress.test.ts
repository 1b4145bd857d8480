import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import { Conductor } from '../../src/schedule/conductor.ts';
import type { ConductorParts } from '../../src/schedule/conductor.ts';
import type { RunResult } from '../../src/run/report.ts';
import type { WebHandler } from '../../src/web/web.ts';
import { scenario } from '../scenarios/scenario.ts';
import { ask, Jar, ownForm, prefix, tokenOn } from './asking.ts';
import { served } from './served.ts';

const events = `http://localhost${prefix}/sync/events`;

interface Story {
  readonly web: WebHandler;
  /** How often the host was asked who may see the progress. */
  readonly asked: () => number;
  /** Begins a run that waits for the tenant a while; resolves to what resolves when it has ended. */
  begin(): Promise<{ readonly ended: Promise<Response> }>;
}

const token = 'a-token-of-twenty-four-signs';

async function story(t: TestContext): Promise<Story> {
  const { reopened, entra } = await scenario(t, { users: 120 });
  const keeper = await reopened({ ROLLKEEPER_TASK_TOKEN: token });
  let asked = 0;
  const web = keeper.web({
    authorize: ({ url }) => {
      if (url.endsWith('/sync/events')) asked += 1;
      return 'manage';
    },
  });
  return {
    web,
    asked: () => asked,
    begin: async () => {
      entra.faults.add({ match: { path: /members$/u }, delayMs: 500 });
      const held = new Promise<void>((resolve) => {
        entra.faults.add({
          match: { path: /members$/u },
          rewrite: (answer) => {
            resolve();
            return answer;
          },
        });
      });
      const headers = { Authorization: `Bearer ${token}` };
      const ended = web(
        new Request(`http://localhost${prefix}/tasks/sync`, { method: 'POST', headers }),
      );
      await Promise.race([held, ended]);
      return { ended };
    },
  };
}

/** A run that tells what the test has it tell, and ends when the test says so. */
function underWay(): {
  readonly conductor: Conductor;
  readonly tell: (people: number) => void;
  readonly end: () => Promise<unknown>;
} {
  let tell: Parameters<ConductorParts['run']>[0]['onProgress'] = () => {};
  const { promise, reject } = Promise.withResolvers<RunResult>();
  const conductor = new Conductor({
    run: async ({ onProgress }) => {
      tell = onProgress;
      return await promise;
    },
    now: Date.now,
    signal: new AbortController().signal,
  });
  const { ended } = conductor.begin();
  return {
    conductor,
    tell: (people) => tell({ phase: 'reading', people, of: 10 }),
    end: async () => {
      reject(new Error('It has ended.'));
      return await ended;
    },
  };
}

describe('the progress of a run', () => {
  test('is no longer watched by whoever went away, while the run goes on', async () => {
    const { conductor, tell, end } = underWay();
    const gone = new AbortController();
    const watching = conductor.watch(gone.signal);
    await Promise.resolve();
    tell(1);
    assert.equal((await watching.next()).done, false);
    const next = watching.next();
    gone.abort();
    assert.equal((await next).done, true);
    assert.notEqual(conductor.current, null);
    await end();
  });

  test('is told to each who watches, until it ends', async () => {
    const { conductor, tell, end } = underWay();
    const seen: string[] = [];
    const watch = async (): Promise<void> => {
      for await (const told of conductor.watch(new AbortController().signal)) {
        seen.push(told.phase === 'reading' ? String(told.people) : told.phase);
      }
    };
    const both = Promise.all([watch(), watch()]);
    await Promise.resolve();
    tell(7);
    // Each takes what was told before the run ends.
    while (seen.length < 2) await new Promise((resolve) => setImmediate(resolve));
    await end();
    await both;
    assert.deepEqual(seen, ['7', '7']);
  });

  test('is asked for by HEAD without anything being left open', async (t) => {
    const { web, asked, begin } = await story(t);
    const { ended } = await begin();
    const answer = await web(new Request(events, { method: 'HEAD' }));
    assert.equal(answer.status, 200);
    assert.match(answer.headers.get('content-type') ?? '', /^text\/event-stream/u);
    assert.equal(answer.body, null);
    assert.equal((await ended).status, 200);
    assert.equal(asked(), 1);
  });

  test('costs nothing more once its reader has left', async (t) => {
    const { web, asked, begin } = await story(t);
    const { ended } = await begin();
    const answer = await web(new Request(events));
    const reader = answer.body?.getReader();
    assert.match(new TextDecoder().decode((await reader?.read())?.value), /event: progress/u);
    await reader?.cancel();
    const until = asked();
    assert.equal((await ended).status, 200);
    assert.equal(asked(), until);
  });

  test('is told to its end where the process is told to stop, and does not hold that up', async (t) => {
    const { settings, entra } = await scenario(t);
    const { origin, oneTime, process, ended } = await served(t, settings, '--every', 'off');
    const jar = new Jar();
    const visit = async (url: string, body: Readonly<Record<string, string>> | null = null) => {
      const sent = body === null ? '' : new URLSearchParams(body).toString();
      const headers = { Cookie: jar.header, ...(body === null ? {} : ownForm) };
      const method = body === null ? 'GET' : 'POST';
      const heard = await ask(url, { method, headers, body: sent });
      jar.take(heard);
      return heard;
    };
    const once = await visit(oneTime ?? '');
    const key = new URL(oneTime ?? '').searchParams.get('key') ?? '';
    await visit(`${origin}${prefix}/sign-in/once`, { token: tokenOn(once), key });
    entra.faults.add({ match: { path: /members$/u }, hang: true, times: Number.POSITIVE_INFINITY });
    const form = { token: tokenOn(await visit(`${origin}${prefix}/diagnostics`)) };
    assert.equal((await visit(`${origin}${prefix}/sync`, form)).status, 303);
    const stream = await fetch(`${origin}${prefix}/sync/events`, {
      headers: { Cookie: jar.header },
    });
    assert.equal(stream.status, 200);
    process.kill('SIGTERM');
    // Cut off instead, it would reject.
    assert.match(await stream.text(), /event: ended\ndata: \{\}\n\n$/u);
    const { code, stderr } = await ended;
    assert.equal(code, 0, stderr);
  });
});
