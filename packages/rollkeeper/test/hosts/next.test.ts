import { execFile } from 'node:child_process';
import { before } from 'node:test';
import { promisify } from 'node:util';

import { examples } from './example.ts';
import { hostFacts } from './facts.ts';

const run = promisify(execFile);

before(async () => {
  const cwd = `${examples}next`;
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: '1' };
  await run('npm', ['run', 'build'], { cwd, env, shell: process.platform === 'win32' });
});

hostFacts({
  name: 'next',
  words: ['../../node_modules/next/dist/bin/next', 'start', '--hostname', '127.0.0.1'],
  anyPrefix: false,
});
