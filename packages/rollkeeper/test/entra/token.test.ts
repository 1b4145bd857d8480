import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { inspect } from 'node:util';
import type { RollkeeperError } from '../../src/directory/error.ts';
import { clouds } from '../../src/settings/clouds.ts';
import type { TokenSettings } from '../../src/entra/request.ts';
import { tokenSource } from '../../src/entra/token.ts';
import type { TokenOptions } from '../../src/entra/token.ts';
import type { RequestEvent } from '../../src/graph/trace.ts';
import { readSettings } from '../../src/settings/read.ts';
import { failureOf } from '../graph/opened.ts';
import { json, otherSide } from '../graph/other-side.ts';

const tenant = '0d1c2b3a-0000-4000-8000-00000000000a';
const applicationId = '0d1c2b3a-0000-4000-8000-00000000000b';
const secret = 'vEr+y/sec ret~8Q%"\\';
const { signal } = new AbortController();

const grant = (number: number, expiresIn = 3599) => ({
  token_type: 'Bearer',
  expires_in: expiresIn,
  access_token: `token-${number}`,
});

function settingsAt(loginUrl: string, changes: Partial<TokenSettings> = {}): TokenSettings {
  const credential = { kind: 'secret', secret } as const;
  const graphUrl = 'https://graph.microsoft.com';
  return { tenant, applicationId, credential, graphUrl, loginUrl, ...changes };
}

/** Options with a clock that is set by hand and waits that take no time. */
function stillClock(): { options: TokenOptions; pass: (seconds: number) => void; waits: number[] } {
  let at = Date.parse('2026-11-24T04:00:00Z');
  const waits: number[] = [];
  const wait = async (ms: number): Promise<void> => {
    waits.push(ms);
    at += ms;
  };
  const pass = (seconds: number): void => {
    at += seconds * 1000;
  };
  return { options: { now: () => at, random: () => 0, wait }, pass, waits };
}

function assertNoSecret(failure: RollkeeperError, ...secrets: readonly string[]): void {
  const shown = `${failure.stack} ${JSON.stringify(failure)} ${inspect(failure, { depth: 9, showHidden: true })}`;
  for (const one of secrets) {
    for (const form of [one, encodeURIComponent(one), JSON.stringify(one).slice(1, -1)]) {
      assert.ok(!shown.includes(form), `${form} in ${shown}`);
    }
  }
}

test('a secret brings a token: the grant as Entra wants it', async () => {
  await using other = await otherSide((_seen, response) => json(response, grant(1)));
  const token = await tokenSource(settingsAt(other.url)).token(signal);
  assert.equal(token, 'token-1');
  const [seen] = other.seen;
  assert.equal(seen?.method, 'POST');
  assert.equal(seen.path, `/${tenant}/oauth2/v2.0/token`);
  assert.deepEqual(Object.fromEntries(new URLSearchParams(seen.body)), {
    grant_type: 'client_credentials',
    client_id: applicationId,
    client_secret: secret,
    scope: 'https://graph.microsoft.com/.default',
  });
});

for (const cloud of ['global', 'usgov', 'usgov-dod', 'china'] as const) {
  test(`in the cloud ${cloud} the token comes from its login host, for its Graph`, async () => {
    const settings = readSettings({
      MSGRAPH_TENANT_ID: tenant,
      MSGRAPH_APPLICATION_ID: applicationId,
      MSGRAPH_CLIENT_SECRET: 's',
      MSGRAPH_SYNC_ALL_USERS: 'true',
      MSGRAPH_CLOUD: cloud,
    });
    const asked: { url: string; body: string }[] = [];
    const fetch = async (url: string, init: RequestInit): Promise<Response> => {
      assert.ok(init.body instanceof URLSearchParams);
      asked.push({ url, body: init.body.toString() });
      return Response.json(grant(1));
    };
    await tokenSource({ ...settings, tenant }, { fetch }).token(signal);
    const { login, graph, portal } = clouds[cloud];
    assert.equal(asked[0]?.url, `${login}/${tenant}/oauth2/v2.0/token`);
    assert.equal(new URLSearchParams(asked[0].body).get('scope'), `${graph}/.default`);
    assert.equal(settings.graphUrl, graph);
    assert.match(portal, /^https:\/\/portal\.azure\./u);
  });
}

test('callers at the same time share one request, and later ones the token', async () => {
  await using other = await otherSide((_seen, response, count) => json(response, grant(count)));
  const { options, pass } = stillClock();
  const tokens = tokenSource(settingsAt(other.url), options);
  const all = await Promise.all([1, 2, 3].map(() => tokens.token(signal)));
  assert.deepEqual(all, ['token-1', 'token-1', 'token-1']);
  pass(3200);
  assert.equal(await tokens.token(signal), 'token-1');
  assert.equal(other.seen.length, 1);
});

test('a token is renewed five minutes before it expires', async () => {
  await using other = await otherSide((_seen, response, count) =>
    json(response, grant(count, 3600)),
  );
  const { options, pass } = stillClock();
  const tokens = tokenSource(settingsAt(other.url), options);
  await tokens.token(signal);
  pass(3299);
  assert.equal(await tokens.token(signal), 'token-1');
  pass(1);
  assert.equal(await tokens.token(signal), 'token-2');
});

test('a token of short life is renewed a tenth of it before', async () => {
  await using other = await otherSide((_seen, response, count) =>
    json(response, grant(count, 100)),
  );
  const { options, pass } = stillClock();
  const tokens = tokenSource(settingsAt(other.url), options);
  await tokens.token(signal);
  pass(89);
  assert.equal(await tokens.token(signal), 'token-1');
  pass(1);
  assert.equal(await tokens.token(signal), 'token-2');
});

test('a token that Graph refused is dropped, once for all who hold it', async () => {
  await using other = await otherSide((_seen, response, count) => json(response, grant(count)));
  const tokens = tokenSource(settingsAt(other.url));
  const first = await tokens.token(signal);
  const renewed = await Promise.all([1, 2, 3].map(() => tokens.renew(signal, first)));
  assert.deepEqual(renewed, ['token-2', 'token-2', 'token-2']);
  assert.equal(await tokens.renew(signal, first), 'token-2');
  assert.equal(await tokens.renew(signal), 'token-3');
  assert.equal(other.seen.length, 3);
});

test('one who stops waiting does not stop the others', async () => {
  const stop = new AbortController();
  await using other = await otherSide((_seen, response) => {
    stop.abort();
    setImmediate(() => json(response, grant(1)));
  });
  const tokens = tokenSource(settingsAt(other.url));
  const stopped = failureOf(tokens.token(stop.signal));
  const waiting = tokens.token(signal);
  assert.equal((await stopped).code, 'interrupted');
  assert.equal(await waiting, 'token-1');
});

test('when all stop waiting the request is stopped, and the next caller asks anew', async () => {
  const stop = new AbortController();
  await using other = await otherSide((_seen, response, count) => {
    if (count === 1) stop.abort();
    else json(response, grant(count));
  });
  const tokens = tokenSource(settingsAt(other.url));
  assert.equal((await failureOf(tokens.token(stop.signal))).code, 'interrupted');
  assert.equal((await failureOf(tokens.token(stop.signal))).code, 'interrupted');
  assert.equal(await tokens.token(signal), 'token-2');
});

test('a failure is not kept: the next caller asks again', async () => {
  await using other = await otherSide((_seen, response, count) => {
    if (count === 1) json(response, { error: 'invalid_client' }, 401);
    else json(response, grant(count));
  });
  const tokens = tokenSource(settingsAt(other.url));
  assert.equal((await failureOf(tokens.token(signal))).code, 'token.refused');
  assert.equal(await tokens.token(signal), 'token-2');
});

test('429, 5xx and broken connections of the token endpoint are tried again', async () => {
  await using other = await otherSide((_seen, response, count) => {
    if (count === 1) json(response, {}, 429, { 'retry-after': '4' });
    else if (count === 2) response.socket?.resetAndDestroy();
    else if (count === 3) json(response, {}, 503);
    else if (count === 4)
      json(response, { error: 'temporarily_unavailable', error_codes: [90033] }, 400);
    else json(response, grant(count));
  });
  const { options, waits } = stillClock();
  assert.equal(await tokenSource(settingsAt(other.url), options).token(signal), 'token-5');
  assert.deepEqual(waits, [4000, 1000, 2000, 4000]);
});

test('a token endpoint that stays out of order is token.unreachable', async () => {
  await using other = await otherSide((_seen, response) => {
    response.writeHead(502, { 'content-type': 'text/html' });
    response.end('<h1>Bad gateway</h1>');
  });
  const { options } = stillClock();
  const source = tokenSource(settingsAt(other.url), { ...options, limits: { tries: 2 } });
  const failure = await failureOf(source.token(signal));
  assert.equal(failure.code, 'token.unreachable');
  assert.equal(failure.where?.status, 502);
  assert.equal(other.seen.length, 2);
});

for (const [what, body] of [
  ['an empty object', {}],
  ['another token type', { ...grant(1), token_type: 'mac' }],
  ['no token', { token_type: 'Bearer' }],
] as const) {
  test(`a 200 with ${what} is no token, and not quoted`, async () => {
    await using other = await otherSide((_seen, response) => json(response, body));
    const failure = await failureOf(tokenSource(settingsAt(other.url)).token(signal));
    assert.equal(failure.code, 'token.unreachable');
    assertNoSecret(failure, 'token-1', secret);
  });
}

const refusals: readonly (readonly [number: number, cause: RegExp, remedy: RegExp])[] = [
  [7000215, /secret is wrong/u, /value/u],
  [7000222, /expired/u, /new client secret/u],
  [700016, /does not know the application/u, /consent/u],
  [90002, /no such tenant/u, /MSGRAPH_CLOUD/u],
  [90038, /another national cloud/u, /MSGRAPH_CLOUD/u],
  [65001, /consented/u, /administrator/u],
  [700027, /signed assertion/u, /Upload the certificate/u],
  [70021, /federated credential/u, /audience/u],
  [53003, /Conditional Access/u, /exempt/u],
  [70011, /scope/u, /MSGRAPH_GRAPH_URL/u],
  [123456, /error\?code=123456/u, /https:\/\/login\.microsoftonline\.com\/error\?code=123456/u],
];
for (const [number, cause, remedy] of refusals) {
  test(`AADSTS${number} is token.refused with its cause and remedy`, async () => {
    await using other = await otherSide((_seen, response) =>
      json(
        response,
        {
          error: 'invalid_client',
          error_description: `AADSTS${number}: Said so, of '${secret}'.\r\nTrace ID: t-1\r\nCorrelation ID: c-1`,
          error_codes: [number],
          trace_id: 't-1',
          correlation_id: 'c-1',
        },
        400,
      ),
    );
    const failure = await failureOf(tokenSource(settingsAt(other.url)).token(signal));
    assert.equal(failure.code, 'token.refused');
    assert.match(failure.message, cause);
    assert.match(failure.message, /Said so, of '…'/u);
    assert.match(failure.remedy, remedy);
    assert.deepEqual(failure.where, {
      method: 'POST',
      path: `/${tenant}/oauth2/v2.0/token`,
      status: 400,
      graphCode: `AADSTS${number}`,
      requestId: 't-1',
    });
    assert.deepEqual(failure.facts, { correlationId: 'c-1' });
    assert.equal(other.seen.length, 1);
    assertNoSecret(failure, secret);
  });
}

test('a refusal that is a page, and echoes the request, is token.refused without the secret', async () => {
  await using other = await otherSide((seen, response) => {
    response.writeHead(403, { 'content-type': 'text/html' });
    response.end(`<p>Blocked: ${seen.body} ${secret}</p>`);
  });
  const failure = await failureOf(tokenSource(settingsAt(other.url)).token(signal));
  assert.equal(failure.code, 'token.refused');
  assertNoSecret(failure, secret);
  assert.ok(!failure.message.includes(new URLSearchParams({ s: secret }).toString().slice(2)));
});

test('each request to the login host is told to the hook, without what is in it', async () => {
  await using other = await otherSide((_seen, response, count) =>
    json(response, count === 1 ? {} : grant(count), count === 1 ? 503 : 200, {
      'x-ms-request-id': `r-${count}`,
    }),
  );
  const { options } = stillClock();
  const events: RequestEvent[] = [];
  const onRequest = (event: RequestEvent): void => void events.push(event);
  await tokenSource(settingsAt(other.url), { ...options, onRequest }).token(signal);
  const path = `/${tenant}/oauth2/v2.0/token`;
  const told = events.map((event) => [event.method, event.path, event.status, event.requestId]);
  assert.deepEqual(told, [
    ['POST', path, 503, 'r-1'],
    ['POST', path, 200, 'r-2'],
  ]);
  assert.equal(other.seen[0]?.headers['client-request-id'], events[0]?.clientRequestId);
  assert.doesNotMatch(JSON.stringify(events), /vEr|token-2/u);
});

test('nobody listening is token.unreachable, without the secret', async () => {
  const gone = await otherSide(() => undefined);
  await gone[Symbol.asyncDispose]();
  const { options } = stillClock();
  const source = tokenSource(settingsAt(gone.url), { ...options, limits: { tries: 2 } });
  const failure = await failureOf(source.token(signal));
  assert.equal(failure.code, 'token.unreachable');
  assert.match(failure.message, /ECONNREFUSED/u);
  assertNoSecret(failure, secret);
});

test('a federated assertion and a secret file are read again at each renewal, and never quoted', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'rollkeeper-'));
  const file = join(directory, 'credential');
  try {
    await using other = await otherSide((seen, response, count) => {
      const sent = new URLSearchParams(seen.body);
      if (count < 3) return json(response, grant(count));
      const description = `AADSTS700016: ${sent.get('client_assertion') ?? sent.get('client_secret')}`;
      json(response, { error: 'invalid_client', error_description: description }, 400);
    });
    const tokens = tokenSource(settingsAt(other.url, { credential: { kind: 'federated', file } }));
    await writeFile(file, 'assertion-one\n');
    await tokens.token(signal);
    await writeFile(file, 'assertion-two\n');
    await tokens.renew(signal);
    const sent = other.seen.map(({ body }) => new URLSearchParams(body));
    assert.deepEqual(
      sent.map((one) => one.get('client_assertion')),
      ['assertion-one', 'assertion-two'],
    );
    assert.equal(
      sent[0]?.get('client_assertion_type'),
      'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    );
    assert.equal(sent[0].has('client_secret'), false);
    assertNoSecret(await failureOf(tokens.renew(signal)), 'assertion-one', 'assertion-two');
    const bySecret = settingsAt(other.url, { credential: { kind: 'secret-file', file } });
    assertNoSecret(await failureOf(tokenSource(bySecret).token(signal)), 'assertion-two');
    assert.equal(
      new URLSearchParams(other.seen.at(-1)?.body).get('client_secret'),
      'assertion-two',
    );
    await rm(file);
    const failure = await failureOf(tokens.renew(signal));
    assert.equal(failure.code, 'settings.invalid');
    assert.match(failure.message, /does not exist/u);
  } finally {
    await rm(directory, { recursive: true });
  }
});

test("an application's own credential is asked for Graph's scope, and its token kept", async () => {
  const asked: unknown[] = [];
  const { options, pass } = stillClock();
  const expiresOnTimestamp = Date.parse('2026-11-24T05:00:00Z');
  const credential = {
    getToken: async (scopes: string | string[]) => {
      asked.push(scopes);
      return { token: `given-${asked.length}`, expiresOnTimestamp };
    },
  };
  const settings = settingsAt('https://unused.example', {
    credential: { kind: 'given', credential },
  });
  const tokens = tokenSource(settings, options);
  assert.equal(await tokens.token(signal), 'given-1');
  pass(3000);
  assert.equal(await tokens.token(signal), 'given-1');
  pass(400);
  assert.equal(await tokens.token(signal), 'given-2');
  assert.deepEqual(
    asked,
    Array.from({ length: 2 }, () => 'https://graph.microsoft.com/.default'),
  );
});

for (const [what, getToken] of [
  ['fails', () => Promise.reject(new Error('no, with Bearer abc.def'))],
  ['gives null', () => Promise.resolve(null)],
  [
    'gives a token with a line break',
    () => Promise.resolve({ token: 'abc.def\nx', expiresOnTimestamp: 0 }),
  ],
] as const) {
  test(`an own credential that ${what} is token.refused, without the token`, async () => {
    const settings = settingsAt('https://unused.example', {
      credential: { kind: 'given', credential: { getToken } },
    });
    const failure = await failureOf(tokenSource(settings).token(signal));
    assert.equal(failure.code, 'token.refused');
    assertNoSecret(failure, 'abc.def');
  });
}
