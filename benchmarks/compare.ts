import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Benchmark, Contestant } from './benchmarks.ts';
import type { Measured } from './measure.ts';
import type { Tenant } from './simulator.ts';

/** What every contestant measured, by its name, a number for each round. */
export type Results = ReadonlyMap<string, readonly Measured[]>;

/** Lets the contestants run by turns, with a latency. */
export async function compare(
  benchmark: Benchmark,
  tenant: Tenant,
  latency: number,
  rounds: number,
): Promise<Results> {
  const folder = await mkdtemp(join(tmpdir(), 'rollkeeper-bench-'));
  const files = {
    BENCH_DATABASE: join(folder, 'rows.db'),
    BENCH_SCRIPT: join(folder, 'requests.jsonl'),
  };
  const results = new Map<string, Measured[]>();
  const say = (what: string): void => void process.stderr.write(`${benchmark.name}: ${what}\n`);
  try {
    await prepare(benchmark, tenant, latency, {
      ...tenant.settings,
      ...benchmark.settings,
      ...files,
    });
    for (let round = 1; round <= rounds; round += 1) {
      for (const contestant of benchmark.contestants) {
        if (contestant.after !== undefined) await tenant.change(contestant.after);
        const env = { ...tenant.settings, ...benchmark.settings, ...files, ...contestant.env };
        const own =
          contestant.goesOn === true
            ? env
            : { ...env, BENCH_DATABASE: `${files.BENCH_DATABASE}-own` };
        const measured = await perform(contestant.file, own);
        say(`${latency} ms, round ${round}, ${contestant.name}: ${Math.round(measured.wallMs)} ms`);
        results.set(contestant.name, [...(results.get(contestant.name) ?? []), measured]);
        if (contestant.goesOn !== true) await drop(own.BENCH_DATABASE);
      }
    }
    return results;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * A first run that is not measured: it leaves the rows that contestants go on with, and the requests that the floor
 * repeats, sent with the latency that is measured. Where contestants go on, those of a second, full read are
 * repeated: a full read of what is unchanged.
 */
async function prepare(
  { contestants }: Benchmark,
  tenant: Tenant,
  latency: number,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const record: Readonly<Record<string, string>> = { ...env, BENCH_RECORD: 'yes' };
  if (contestants.some((contestant) => contestant.goesOn)) {
    await tenant.charge(0);
    await perform('rollkeeper', env);
    await tenant.charge(latency);
    await perform('rollkeeper', { ...record, BENCH_FULL: 'yes' });
  } else {
    await tenant.charge(latency);
    await perform('rollkeeper', record);
    await drop(record['BENCH_DATABASE'] ?? '');
  }
}

/** One contestant, once, in a process of its own. */
export async function perform(
  file: Contestant['file'],
  env: Readonly<Record<string, string>>,
): Promise<Measured> {
  const path = fileURLToPath(new URL(`${file}.ts`, import.meta.url));
  const child = spawn(process.execPath, [path], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${file} ended with ${String(code)}.`);
  return JSON.parse(output) as Measured;
}

async function drop(databaseFile: string): Promise<void> {
  for (const ending of ['', '-wal', '-shm']) await rm(`${databaseFile}${ending}`, { force: true });
}
