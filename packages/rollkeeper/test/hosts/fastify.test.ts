import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import Fastify from 'fastify';
import type { FastifyInstance } from 'fastify';

import { toFastify } from '../../src/hosts/fastify.ts';
import { askAndLeave, echo, endless } from './echo.ts';
import type { Echoed } from './echo.ts';
import { hostFacts } from './facts.ts';

const prefix = '/microsoft/graph';

async function listening(context: TestContext, app: FastifyInstance): Promise<string> {
  context.after(async () => await app.close());
  return await app.listen({ port: 0, host: '127.0.0.1' });
}

const fastify = (): FastifyInstance => Fastify({ forceCloseConnections: true });

describe('the pages in Fastify', () => {
  test('get their bodies unread, while the host goes on to read its own', async (t) => {
    const app = fastify();
    const type = 'application/x-www-form-urlencoded';
    app.addContentTypeParser(type, { parseAs: 'string' }, (_request, body, done) =>
      done(null, { read: body }),
    );
    app.register(toFastify(echo));
    app.post('/own', async (request) => request.body);
    const origin = await listening(t, app);
    const post = async (path: string, body: string, sent: string): Promise<unknown> => {
      const headers = { 'Content-Type': sent };
      return await (await fetch(`${origin}${path}`, { method: 'POST', body, headers })).json();
    };
    assert.deepEqual(await post('/own', 'a=b', type), { read: 'a=b' });
    assert.deepEqual(await post('/own', '{"a":1}', 'application/json'), { a: 1 });
    const { form } = (await post(`${prefix}/sync`, 'token=a%26b', type)) as Echoed;
    assert.deepEqual(form, [['token', 'a&b']]);
    const { text } = (await post(`${prefix}/x`, '{"a": 1}', 'application/json')) as Echoed;
    assert.equal(text, '{"a": 1}');
  });

  test('stand under the prefix of the plugin, where theirs begins with it', async (t) => {
    const app = fastify();
    app.register(toFastify(echo), { prefix: '/microsoft' });
    const origin = await listening(t, app);
    for (const path of [prefix, `${prefix}/`, `${prefix}/people?page=2`]) {
      const { url } = (await (await fetch(`${origin}${path}`)).json()) as Echoed;
      assert.equal(url, `${origin}${path}`);
    }
    assert.equal((await fetch(`${origin}/microsoft`)).status, 404);
    const other = fastify().register(toFastify(echo), { prefix: '/inside' });
    await assert.rejects(async () => await other.ready(), { code: 'usage' });
  });

  test('set every cookie, and go through the hooks of the host', async (t) => {
    const app = fastify();
    app.addHook('onSend', async (_request, reply) => {
      reply.header('Set-Cookie', 'host=its');
    });
    app.register(toFastify(echo));
    const response = await fetch(`${await listening(t, app)}${prefix}/`);
    assert.deepEqual(response.headers.getSetCookie().toSorted(), ['host=its', 'one=1', 'two=2']);
  });

  test('whoever leaves in the middle ends what is made for them', async (t) => {
    const { web, gone } = endless();
    const origin = await listening(t, fastify().register(toFastify(web)));
    assert.equal(await askAndLeave(`${origin}${prefix}/sync/events`), 'data: first\n\n');
    await gone;
  });
});

hostFacts({ name: 'fastify', words: ['main.ts'], anyPrefix: true });
