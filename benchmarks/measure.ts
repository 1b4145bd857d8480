import { rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a contestant measures of its own process. */
export interface Measured {
  readonly wallMs: number;
  readonly users: number;
  /** Requests to Graph; a batch is one. */
  readonly requests: number;
  readonly peakMegabytes: number;
}

/** Times one contestant in this process and prints what it measured. `work` resolves to users and requests. */
export async function measure(
  work: (databaseFile: string) => Promise<{ readonly users: number; readonly requests: number }>,
): Promise<void> {
  const databaseFile = join(tmpdir(), `rollkeeper-bench-${process.pid}.db`);
  try {
    const start = performance.now();
    const done = await work(databaseFile);
    const measured: Measured = {
      ...done,
      wallMs: performance.now() - start,
      // In kilobytes, of the whole life of the process. https://nodejs.org/api/process.html
      peakMegabytes: process.resourceUsage().maxRSS / 1024,
    };
    process.stdout.write(`${JSON.stringify(measured)}\n`);
  } finally {
    for (const ending of ['', '-wal', '-shm']) rmSync(`${databaseFile}${ending}`, { force: true });
  }
}
