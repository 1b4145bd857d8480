import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { command } from './command.ts';

const root = new URL('../../../../', import.meta.url);
const run = promisify(execFile);

test('the demonstration ends by itself with 0, having shown people, changes and both CSV files', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'rollkeeper-demo-'));
  t.after(async () => await rm(folder, { recursive: true }));
  const { code, stdout, stderr } = await command(['demo', '--folder', folder], { cwd: folder });
  assert.equal(code, 0, stderr);
  assert.match(
    stdout,
    /the first run[\s\S]*the second run[\s\S]*the third run[\s\S]*The CSV files/u,
  );
  assert.match(stdout, /A sample of people with their managers/u);
  assert.match(stdout, /soft-?deleted\D+7\b/iu);
  assert.match(stdout, /restored\D+7\b/iu);
  const files = await readdir(folder);
  for (const [file, first] of [
    ['microsoft-graph-users.csv', /^id,userPrincipalName,displayName,/u],
    ['microsoft-graph-groups.csv', /^id,displayName,description,/u],
  ] as const) {
    assert.ok(files.includes(file));
    assert.match(await readFile(join(folder, file), 'utf8'), first);
  }
});

test('what runs on every change is the README’s test command', async () => {
  const ci = await readFile(new URL('.ci/run', root), 'utf8');
  assert.match(ci, /^npm ci\nnpm test$/mu);
});

/** Makes a process believe that it is an older one. */
const asNode20 = `data:text/javascript,${encodeURIComponent(
  "Object.defineProperty(process.versions,'node',{value:'20.20.2'});",
)}`;

for (const binary of ['rollkeeper/bin/rollkeeper.js', 'entra-simulator/bin/entra-simulator.js']) {
  test(`${binary} tells an older Node why it stops`, async () => {
    const file = fileURLToPath(new URL(`packages/${binary}`, root));
    const ended = run(process.execPath, ['--import', asNode20, file, '--help']);
    await assert.rejects(ended, (error: Error & { code?: number; stderr?: string }) => {
      assert.equal(error.code, 2);
      assert.match(error.stderr ?? '', /needs Node\.js 24 or newer[\s\S]*Install Node\.js 24/u);
      return true;
    });
  });
}
