import type { Benchmark } from './benchmarks.ts';
import type { Results } from './compare.ts';
import type { Measured } from './measure.ts';

/** A table of Markdown: a row for each latency and contestant, with the first one's time divided by its own. */
export function tableOf(
  { contestants }: Benchmark,
  results: readonly { readonly latency: number; readonly measured: Results }[],
): string {
  const head = [
    'latency',
    '',
    'wall time',
    'users/s',
    'requests',
    'processor time',
    'peak memory',
    `${contestants[0]?.name ?? ''} ÷ it`,
  ];
  const rows = results.flatMap(({ latency, measured }) =>
    contestants.map(({ name }) => {
      const first = measured.get(contestants[0]?.name ?? '') ?? [];
      return [`${latency} ms`, name, ...cells(measured.get(name) ?? [], first)];
    }),
  );
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

function cells(measured: readonly Measured[], first: readonly Measured[]): readonly string[] {
  const of = (name: keyof Measured): number => median(measured.map((one) => one[name]));
  const wall = of('wallMs');
  return [
    `${(wall / 1000).toFixed(2)} s`,
    Math.round(of('users') / (wall / 1000)).toLocaleString('en'),
    of('requests').toLocaleString('en'),
    `${(of('cpuMs') / 1000).toFixed(2)} s`,
    `${Math.round(Math.max(...measured.map(({ peakMegabytes }) => peakMegabytes)))} MB`,
    // How many times as long the first contestant took as this one.
    (median(first.map(({ wallMs }) => wallMs)) / wall).toFixed(2),
  ];
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
