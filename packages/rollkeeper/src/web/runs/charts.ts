import type { RunReport } from '../../run/report.ts';
import type { RunRow } from '../../store/store.ts';
import { html, number } from '../parts/html.ts';
import type { Html } from '../parts/html.ts';
import { duration } from '../parts/time.ts';
import { reportOf } from './words.ts';

/** Runs that a chart shows. */
export const charted = 40;

const size = { width: 400, height: 72, gap: 2 } as const;

interface Series {
  readonly className: string;
  readonly of: (report: RunReport) => number;
}

interface Told {
  readonly title: string;
  readonly series: readonly Series[];
  /** A value in words. */
  readonly words: (value: number) => string;
}

const told: readonly Told[] = [
  {
    title: 'People changed',
    series: [
      { className: 'more', of: ({ users }) => users.created + users.restored },
      { className: 'other', of: ({ users }) => users.updated + users.deactivated },
      { className: 'less', of: ({ users }) => users.softDeleted },
    ],
    words: number,
  },
  {
    title: 'Requests to Graph',
    series: [{ className: 'other', of: ({ requests }) => requests }],
    words: number,
  },
  {
    title: 'Duration',
    series: [{ className: 'other', of: ({ durationMs }) => durationMs }],
    words: duration,
  },
];

/** Runs over time, the oldest on the left, as small charts. The table under them says the same. */
export function runCharts(runs: readonly RunRow[]): Html {
  const reports = runs
    .slice(0, charted)
    .map(reportOf)
    .filter((report) => report !== null)
    .toReversed();
  if (reports.length < 2) return html``;
  return html`<div class="charts">${told.map((one) => chart(one, reports))}</div>`;
}

function chart({ title, series, words }: Told, reports: readonly RunReport[]): Html {
  const totals = reports.map((report) => series.reduce((sum, { of }) => sum + of(report), 0));
  const highest = Math.max(1, ...totals);
  const width = size.width / charted;
  const bars = reports.map((report, at) => {
    const left = (charted - reports.length + at) * width;
    let base = size.height;
    return series.map(({ className, of }) => {
      const value = of(report);
      const height = value === 0 ? 0 : Math.max(1.5, (value / highest) * (size.height - 2));
      base -= height;
      return html`<rect
        class="${className}"
        x="${left.toFixed(1)}"
        y="${base.toFixed(1)}"
        width="${(width - size.gap).toFixed(1)}"
        height="${height.toFixed(1)}"
      />`;
    });
  });
  const last = words(totals.at(-1) ?? 0);
  const most = words(Math.max(...totals));
  const label = `${title} in the last ${reports.length} runs: at most ${most}, in the last one ${last}`;
  return html`<figure>
    <figcaption>
      <span>${title}</span> <span class="muted">last ${last}, most ${most}</span>
    </figcaption>
    <svg
      xmlns="http://www.w3.org/2000/svg"
      viewBox="0 0 ${size.width} ${size.height}"
      preserveAspectRatio="none"
      role="img"
      aria-label="${label}"
    >
      ${bars}
      <line x1="0" x2="${size.width}" y1="${size.height - 0.5}" y2="${size.height - 0.5}" />
    </svg>
  </figure>`;
}
