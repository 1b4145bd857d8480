import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const script = fileURLToPath(new URL('../../../scripts/reference.mjs', import.meta.url));

test('the reference pages say what the code says, and every setting and error code is described', async () => {
  const { stderr } = await promisify(execFile)(process.execPath, [script, '--check']);
  assert.equal(stderr, '');
});
