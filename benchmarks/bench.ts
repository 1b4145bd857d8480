/**
 * Runs benchmarks by name, each contestant in a process of its own and by turns, against the simulator in another, and
 * prints a table of Markdown for each as soon as it is there.
 *
 *     npm run bench                                       all of them, for some hours
 *     npm run bench -- members-500 again-100000           these
 *     npm run bench -- everyone-100000 --latency 0,300 --rounds 5
 *     npm run bench -- --list                             their names
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';

import { benchmarks } from './benchmarks.ts';
import type { Benchmark } from './benchmarks.ts';
import { compare } from './compare.ts';
import { serveTenant } from './simulator.ts';
import { tableOf } from './table.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    latency: { type: 'string' },
    rounds: { type: 'string' },
    list: { type: 'boolean', default: false },
  },
});

const print = (text: string): void => void process.stdout.write(`${text}\n`);

if (values.list) for (const { name, title } of benchmarks) print(`${name}: ${title}`);
else {
  print(`Node ${process.version}, ${cpus().length} cores.\n`);
  for (const benchmark of chosen()) await run(benchmark);
}

function chosen(): readonly Benchmark[] {
  const unknown = positionals.filter((name) => !benchmarks.some((one) => one.name === name));
  if (unknown.length > 0) throw new Error(`No benchmark is called ${unknown.join(', ')}.`);
  return positionals.length === 0
    ? benchmarks
    : benchmarks.filter(({ name }) => positionals.includes(name));
}

async function run(benchmark: Benchmark): Promise<void> {
  const rounds = values.rounds === undefined ? benchmark.rounds : Number(values.rounds);
  const latencies = values.latency?.split(',').map(Number) ?? benchmark.latencies;
  print(`### \`${benchmark.name}\`: ${benchmark.title}\n`);
  print(`Medians of ${rounds} ${rounds === 1 ? 'round' : 'rounds'}.\n`);
  await using tenant = await serveTenant(benchmark.tenant);
  const results = [];
  for (const latency of latencies) {
    results.push({ latency, measured: await compare(benchmark, tenant, latency, rounds) });
  }
  print(`${tableOf(benchmark, results)}\n`);
}
