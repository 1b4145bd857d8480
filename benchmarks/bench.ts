/**
 * Runs every contestant in a process of its own against the simulator in another, at each size and latency, by turns,
 * and prints medians and ratios as a table of Markdown. `npm run bench -- 10000` measures that size only.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import type { Measured } from './measure.ts';

const rounds = 3;
const latencies = [0, 100];
const sizes = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [10_000, 100_000];
const contestants = ['floor', 'rollkeeper'] as const;
type Contestant = (typeof contestants)[number];

const simulatorCli = join(
  dirname(createRequire(import.meta.url).resolve('entra-simulator/package.json')),
  'bin/entra-simulator.js',
);

interface Serving {
  readonly settings: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

async function simulate(users: number, latency: number): Promise<Serving> {
  const options = ['--users', users, '--members', users, '--latency', latency];
  const child = spawn(
    process.execPath,
    [simulatorCli, ...options.map(String), '--no-nested', '--no-odd'],
    {
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const settings: Record<string, string> = {};
  for await (const line of createInterface({ input: child.stdout })) {
    const [, name, value] = /^export (\w+)='?([^']*)'?$/u.exec(line.trim()) ?? [];
    if (name !== undefined && value !== undefined) settings[name] = value;
    if (settings['MSGRAPH_LOGIN_URL'] !== undefined && settings['MSGRAPH_GRAPH_URL'] !== undefined)
      break;
  }
  child.stdout.resume();
  return {
    settings,
    stop: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}

async function run(contestant: Contestant, settings: Serving['settings']): Promise<Measured> {
  const file = fileURLToPath(new URL(`${contestant}.ts`, import.meta.url));
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, ...settings },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${contestant} ended with ${String(code)}.`);
  return JSON.parse(output) as Measured;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

function row(name: string, measured: readonly Measured[], floor: readonly Measured[]): string {
  const wall = median(measured.map(({ wallMs }) => wallMs));
  const ratio = wall / median(floor.map(({ wallMs }) => wallMs));
  const users = measured[0]?.users ?? 0;
  return [
    name,
    `${(wall / 1000).toFixed(2)} s`,
    Math.round(users / (wall / 1000)).toLocaleString('en'),
    String(measured[0]?.requests ?? 0),
    `${Math.round(Math.max(...measured.map(({ peakMegabytes }) => peakMegabytes)))} MB`,
    ratio.toFixed(2),
  ].join(' | ');
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

print(
  `Node ${process.version}, ${cpus().length} cores, medians of ${rounds} rounds, contestants by turns.\n`,
);
print('| users | latency | contestant | wall time | users/s | requests | peak memory | × floor |');
print('|---|---|---|---|---|---|---|---|');
for (const users of sizes) {
  for (const latency of latencies) {
    const measured: Record<Contestant, Measured[]> = { floor: [], rollkeeper: [] };
    const serving = await simulate(users, latency);
    for (let round = 0; round < rounds; round += 1) {
      for (const contestant of contestants) {
        measured[contestant].push(await run(contestant, serving.settings));
      }
    }
    await serving.stop();
    for (const contestant of contestants) {
      const cells = row(contestant, measured[contestant], measured.floor);
      print(`| ${users.toLocaleString('en')} | ${latency} ms | ${cells} |`);
    }
  }
}
