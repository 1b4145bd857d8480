import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { execFile } from 'node:child_process';
import { serve } from './serving.ts';

const run = promisify(execFile);
const binary = fileURLToPath(new URL('../bin/entra-simulator.js', import.meta.url));

/** Asks with a process that trusts what a file names, or nothing more than Node does. */
async function reaches(url: string, trusted?: string): Promise<string> {
  const { NODE_EXTRA_CA_CERTS: _, ...inherited } = process.env;
  const env = trusted === undefined ? inherited : { ...inherited, NODE_EXTRA_CA_CERTS: trusted };
  const ask = `fetch(process.argv[1]).then((r) => process.stdout.write(String(r.status)), (e) => process.stdout.write(e.cause.code))`;
  return (await run(process.execPath, ['-e', ask, url], { env })).stdout;
}

test('without TLS there is no certificate, and links say http', async () => {
  await using simulator = await serve({ users: 10, odd: false });
  assert.equal(simulator.certificate, undefined);
  assert.match(simulator.url, /^http:/);
});

test('each start makes a certificate of its own', async () => {
  await using one = await serve({ users: 10, odd: false, tls: true });
  await using other = await serve({ users: 10, odd: false, tls: true });
  assert.match(one.url, /^https:/);
  assert.match(one.settings.MSGRAPH_GRAPH_URL, /^https:/);
  assert.notEqual(one.certificate, other.certificate);
});

test('the command serves HTTPS to whoever trusts the file it writes, and to nobody else', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'entra-simulator-'));
  const file = join(folder, 'certificate.pem');
  const child = spawn(process.execPath, [binary, '--users', '10', '--no-odd', '--tls', file], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = once(child, 'exit');
  t.after(async () => {
    child.kill();
    await ended;
    await rm(folder, { recursive: true });
  });
  const settings = new Map<string, string>();
  for await (const line of createInterface({ input: child.stdout })) {
    const [, name = '', value = ''] = /^export (\w+)='(.*)'$/.exec(line) ?? [];
    settings.set(name, value);
    if (name === 'NODE_EXTRA_CA_CERTS') break;
  }
  assert.equal(settings.get('NODE_EXTRA_CA_CERTS'), file);
  assert.match(await readFile(file, 'utf8'), /^-----BEGIN CERTIFICATE-----/);
  const url = `${settings.get('MSGRAPH_GRAPH_URL') ?? ''}/v1.0/users`;
  assert.match(url, /^https:/);
  assert.equal(await reaches(url, file), '401');
  assert.equal(await reaches(url), 'DEPTH_ZERO_SELF_SIGNED_CERT');
});
