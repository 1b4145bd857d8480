import assert from 'node:assert/strict';
import { test } from 'node:test';

import { explainText } from '../../src/web/diagnostics/pasted.ts';

const id = '9e8f4a60-23ab-4cbb-9a3c-0f9d3a2b1c00';

const told: readonly (readonly [
  name: string,
  text: string,
  expected: {
    readonly code: string | null;
    readonly cause: RegExp;
    readonly remedy: RegExp;
    readonly passes?: true;
    readonly requestId?: string;
  },
])[] = [
  [
    'the line that the origin shows',
    "format 500: The operation has timed out. ('generalException')",
    { code: 'generalException', cause: /out of order/u, remedy: /later/u, passes: true },
  ],
  [
    'a message with an AADSTS number',
    `AADSTS7000222: The provided client secret keys for app 'x' are expired. Trace ID: ${id} Correlation ID: ${id}`,
    { code: 'AADSTS7000222', cause: /expired/u, remedy: /new client secret/u, requestId: id },
  ],
  [
    'a number that nobody knows',
    'AADSTS999999: Something.',
    { code: 'AADSTS999999', cause: /error\?code=999999/u, remedy: /Look up/u },
  ],
  [
    'the body of a token endpoint',
    JSON.stringify({
      error: 'unauthorized_client',
      error_description: `AADSTS700016: Application not found. Trace ID: ${id}`,
      error_codes: [700016],
      trace_id: id,
    }),
    {
      code: 'AADSTS700016',
      cause: /does not know the application/u,
      remedy: /MSGRAPH_APPLICATION_ID/u,
      requestId: id,
    },
  ],
  [
    'the body of an answer of Graph',
    JSON.stringify({
      error: {
        code: 'Authorization_RequestDenied',
        message: 'Insufficient privileges to complete the operation.',
        innerError: { date: '2026-11-24T04:00:00', 'request-id': id },
      },
    }),
    {
      code: 'Authorization_RequestDenied',
      cause: /lacks a permission/u,
      remedy: /grant consent/u,
      requestId: id,
    },
  ],
  [
    'a body with words around it',
    `GET /users -> 429 Too Many Requests\n{"error":{"code":"TooManyRequests","message":"Please retry again later."}}\n`,
    { code: 'TooManyRequests', cause: /slowing/u, remedy: /later/u, passes: true },
  ],
  [
    'a line of our own log',
    'GET /v1.0/users/delta failed: 410 syncStateNotFound. Graph no longer knows the state.',
    { code: 'syncStateNotFound', cause: /no longer knows/u, remedy: /anew/u, passes: true },
  ],
  [
    'a status and nothing else',
    'HTTP/1.1 503 Service Unavailable',
    { code: null, cause: /out of order/u, remedy: /later/u, passes: true },
  ],
  [
    'a connection that was not made',
    'TypeError: fetch failed, cause: getaddrinfo ENOTFOUND graph.microsoft.com',
    { code: 'ENOTFOUND', cause: /No answer came/u, remedy: /name service/u },
  ],
];

for (const [name, text, expected] of told) {
  test(`${name} is explained`, () => {
    const [found, ...others] = explainText(text);
    assert.ok(found);
    assert.deepEqual(others, []);
    assert.equal(found.code, expected.code);
    assert.match(found.cause, expected.cause);
    assert.match(found.remedy, expected.remedy);
    assert.equal(found.passes, expected.passes);
    assert.equal(found.requestId, expected.requestId ?? null);
  });
}

test('each failure of a batch is explained, and what succeeded is not', () => {
  const failed = { error: { code: 'Request_ResourceNotFound', message: 'No.' } };
  const responses = [
    { id: '1', status: 200, body: {} },
    { id: '2', status: 404, body: failed },
    { id: '3', status: 429, body: { error: { code: 'TooManyRequests', message: 'Later.' } } },
  ];
  const found = explainText(JSON.stringify({ responses }));
  assert.deepEqual(
    found.map(({ status, code }) => [status, code]),
    [
      [404, 'Request_ResourceNotFound'],
      [429, 'TooManyRequests'],
    ],
  );
});

test('what is no error is not explained, whatever its form and length', () => {
  for (const text of [
    '',
    'Hello.',
    '{"value":[]}',
    '{',
    'We sold 500 shoes',
    'The invoice was forbidden to travel',
    'x'.repeat(200_000),
    '['.repeat(50_000),
  ]) {
    assert.deepEqual(explainText(text), [], text.slice(0, 40));
  }
});
