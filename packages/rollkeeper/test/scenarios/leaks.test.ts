import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { command } from './command.ts';
import { assertNoLeakIn, leaksIn } from './leaks.ts';
import { scenario } from './scenario.ts';

/** The header and the claims of a token, without a signature. */
const token = 'eyJhbGciOiJIUzI1NiJ9.eyJ0aWQiOiJhIiwiYXBwaWQiOiJiIn0';

test('the search for leaks finds a secret and a token in whatever a story wrote', async (t) => {
  assert.deepEqual(leaksIn('value=s3cret', ['s3cret']), ['s3cret']);
  assert.deepEqual(leaksIn(`Bearer ${token}`, ['s3cret']), ['a token']);
  assert.deepEqual(leaksIn('nothing of the kind', ['s3cret']), []);
  const folder = await mkdtemp(join(tmpdir(), 'rollkeeper-'));
  t.after(async () => await rm(folder, { recursive: true }));
  await writeFile(join(folder, 'run.log'), 'all is well');
  await assertNoLeakIn(folder, ['s3cret']);
  await writeFile(join(folder, 'run.log'), `sent ${token}`);
  await assert.rejects(assertNoLeakIn(folder, ['s3cret']), /run\.log holds what must be nowhere/u);
});

for (const [what, fault] of [
  ['a refused token request', { match: { path: /token$/u }, status: 400, times: Infinity }],
  [
    'a crash in the middle of a read',
    { match: { path: /members$/u }, body: { value: [{ id: 7 }] }, times: Infinity },
  ],
  ['a foreign link', { rewrite: foreign, times: Infinity }],
] as const) {
  test(`${what} leaves no secret in output, files or --json (rule 13)`, async (t) => {
    const story = await scenario(t);
    story.entra.faults.add(fault);
    const ended = await command(['sync', '--json'], { env: story.settings });
    assert.notEqual(ended.code, 0);
    // `command` looks through the output, and `scenario` through the files, of every story.
    assert.match(ended.stdout, /"error"/u);
  });
}

function foreign<Answered extends { body: unknown }>(answer: Answered): Answered {
  const body = typeof answer.body === 'object' ? answer.body : {};
  return {
    ...answer,
    body: { ...body, '@odata.nextLink': 'https://elsewhere.example/v1.0/users' },
  };
}
