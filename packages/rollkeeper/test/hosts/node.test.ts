import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import express from 'express';

import { toNode } from '../../src/hosts/node.ts';
import { askAndLeave, echo, endless } from './echo.ts';
import type { Echoed } from './echo.ts';

const prefix = '/microsoft/graph';

async function listening(context: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(async () => {
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function echoed(url: string, init: RequestInit = {}): Promise<Echoed> {
  const response = await fetch(url, init);
  assert.equal(response.status, 200, await response.clone().text());
  return (await response.json()) as Echoed;
}

const form = (body: string): RequestInit => ({
  method: 'POST',
  body,
  headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
});

describe('the pages in Express', () => {
  test('a form arrives the same before and after what reads bodies', async (t) => {
    const readers = [[], [express.urlencoded()], [express.urlencoded({ extended: true })]];
    for (const reader of [
      ...readers,
      [express.raw({ type: '*/*' })],
      [express.text({ type: '*/*' })],
    ]) {
      const app = express().use(...reader, toNode(echo));
      const origin = await listening(t, app);
      const sent = 'token=a%26b&reason=%C3%A9+%F0%9F%98%80&kind=one&kind=two';
      const { form: fields } = await echoed(`${origin}${prefix}/sync`, form(sent));
      assert.deepEqual(fields, [
        ['token', 'a&b'],
        ['reason', 'é 😀'],
        ['kind', 'one'],
        ['kind', 'two'],
      ]);
    }
  });

  test('names with brackets come back as they were', async (t) => {
    const app = express().use(express.urlencoded({ extended: true }), toNode(echo));
    const origin = await listening(t, app);
    const { form: fields } = await echoed(`${origin}${prefix}/x`, form('a[b]=1&a[c][d]=2'));
    assert.deepEqual(fields, [
      ['a[b]', '1'],
      ['a[c][d]', '2'],
    ]);
  });

  test('JSON that was read is JSON again', async (t) => {
    const origin = await listening(t, express().use(express.json(), toNode(echo)));
    const body = JSON.stringify({ a: [1, { b: 'ü' }] });
    const headers = { 'Content-Type': 'application/json; charset=utf-8' };
    const { text } = await echoed(`${origin}${prefix}/x`, { method: 'POST', body, headers });
    assert.equal(text, body);
  });

  test('a body that was read and not kept is said to be so', async (t) => {
    const app = express()
      .use((request, _response, next) => {
        request.resume().once('end', next);
      })
      .use(toNode(echo))
      .use(
        (
          error: { readonly code?: string },
          _request: express.Request,
          response: express.Response,
          _next: express.NextFunction,
        ) => void response.status(500).send(error.code),
      );
    const origin = await listening(t, app);
    const response = await fetch(`${origin}${prefix}/x`, form('a=b'));
    assert.equal(response.status, 500);
    assert.equal(await response.text(), 'usage');
  });

  test('what is not theirs goes on to the host', async (t) => {
    const app = express()
      .use(toNode(echo))
      .use((request, response) => {
        response.send(`the host's: ${request.method} ${request.url}`);
      });
    const origin = await listening(t, app);
    for (const path of ['/', '/microsoft/graphs', '/microsoft', '//microsoft/graph']) {
      assert.equal(await (await fetch(`${origin}${path}`)).text(), `the host's: GET ${path}`);
    }
    const put = await fetch(`${origin}${prefix}/x`, { method: 'PUT' });
    assert.equal(await put.text(), `the host's: PUT ${prefix}/x`);
  });

  test('the whole path is theirs, under whatever path they are mounted', async (t) => {
    const inner = express.Router().use('/graph', toNode(echo));
    const origin = await listening(t, express().use('/microsoft', inner));
    for (const path of [prefix, `${prefix}/people?search=a%20b&page=2`]) {
      assert.equal((await echoed(`${origin}${path}`)).url, `${origin}${path}`);
    }
  });

  test('behind a proxy that the host trusts, it is the address that the browser asked', async (t) => {
    const app = express().set('trust proxy', 'loopback').use(toNode(echo));
    const origin = await listening(t, app);
    const { url, address } = await echoed(`${origin}${prefix}/`, {
      headers: {
        'X-Forwarded-Proto': 'https',
        'X-Forwarded-Host': 'people.example',
        'X-Forwarded-For': '203.0.113.9',
      },
    });
    assert.equal(url, `https://people.example${prefix}/`);
    assert.equal(address, '203.0.113.9');
  });

  test('every cookie is set, those of the host too', async (t) => {
    const app = express()
      .use((_request, response, next) => {
        response.cookie('host', 'its');
        next();
      })
      .use(toNode(echo));
    const response = await fetch(`${await listening(t, app)}${prefix}/`);
    assert.deepEqual(response.headers.getSetCookie(), ['host=its; Path=/', 'one=1', 'two=2']);
  });
});

describe("the pages in Node's own server", () => {
  test('answer what is theirs, and 404 to the rest', async (t) => {
    const pages = toNode(echo);
    const origin = await listening(t, (request, response) => void pages(request, response));
    const { url, address } = await echoed(`${origin}${prefix}/people`);
    assert.equal(url, `${origin}${prefix}/people`);
    assert.equal(address, '127.0.0.1');
    assert.equal((await fetch(origin)).status, 404);
    const head = await fetch(`${origin}${prefix}/`, { method: 'HEAD' });
    assert.equal(head.status, 200);
    assert.equal(await head.text(), '');
  });

  test('whoever leaves in the middle ends what is made for them', async (t) => {
    const { web, gone } = endless();
    const pages = toNode(web);
    const origin = await listening(t, (request, response) => void pages(request, response));
    assert.equal(await askAndLeave(`${origin}${prefix}/sync/events`), 'data: first\n\n');
    await gone;
  });

  test('an answer that breaks in the middle breaks the connection, and is told', async (t) => {
    const told = Promise.withResolvers<unknown>();
    const broken = new Error('broken');
    const web = async (): Promise<Response> =>
      new Response(
        new ReadableStream({
          start: (controller) => controller.enqueue(new TextEncoder().encode('half')),
          pull: (controller) => controller.error(broken),
        }),
      );
    const pages = toNode(Object.assign(web, { ...echo, prefix }));
    const origin = await listening(t, (request, response) => {
      pages(request, response).catch(told.resolve);
    });
    await assert.rejects(async () => await (await fetch(`${origin}${prefix}/`)).text());
    assert.equal(await told.promise, broken);
  });

  test('a host that cannot be one does not fail', async (t) => {
    const pages = toNode(echo);
    const origin = await listening(t, (request, response) => void pages(request, response));
    const { port } = new URL(origin);
    const socket = connect(Number(port), '127.0.0.1');
    socket.end(`GET ${prefix}/ HTTP/1.1\r\nHost: not a host\r\nConnection: close\r\n\r\n`);
    const answer = await Array.fromAsync(socket.setEncoding('utf8'));
    assert.match(answer.join(''), /^HTTP\/1\.1 200 [\s\S]*http:\/\/localhost\/microsoft\/graph\//u);
  });
});
