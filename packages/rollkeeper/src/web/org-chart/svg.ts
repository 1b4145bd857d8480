import { html, nothing, number, printable } from '../parts/html.ts';
import type { Html } from '../parts/html.ts';
import { called } from '../shown.ts';
import type { Site } from '../site.ts';
import type { Chart } from './chart.ts';
import { box, draw } from './layout.ts';
import type { Box, Content } from './layout.ts';

/** Signs of a name, and of a second line, that have room in a box. */
const room = { name: 24, second: 30 } as const;

/** The drawing. It says nothing that the list under it does not say: readers of screens pass it by. */
export function svg(site: Site, chart: Chart): Html {
  const { width, height, boxes, links } = draw(chart);
  return html`<div class="chart" aria-hidden="true">
    <svg
      xmlns="http://www.w3.org/2000/svg"
      width="${Math.ceil(width)}"
      height="${Math.ceil(height)}"
      viewBox="0 0 ${Math.ceil(width)} ${Math.ceil(height)}"
    >
      ${links.map((path) => html`<path class="link" d="${path}" />`)}
      ${boxes.map((one) => drawn(site, one))}
    </svg>
  </div>`;
}

function drawn(site: Site, { content, left, top }: Box): Html {
  // Letters have widths of their own: what is too wide all the same is cut at the edge of this inner drawing.
  const inside = html`<rect width="${box.width}" height="${box.height}" rx="6" /><svg
      width="${box.width - 4}"
      height="${box.height}"
    >
      ${words(content)}
    </svg>`;
  const at = `translate(${left.toFixed(1)} ${top.toFixed(1)})`;
  if (content.kind !== 'person' || content.middle) {
    return html`<g class="${classOf(content)}" transform="${at}">${inside}</g>`;
  }
  const path = site.path(`/org-chart/${encodeURIComponent(content.person.id)}`);
  return html`<a href="${path}" tabindex="-1" class="${classOf(content)}" transform="${at}"
    >${inside}</a
  >`;
}

function classOf(content: Content): string {
  if (content.kind !== 'person') return 'box aside';
  const kinds = [
    content.middle ? 'middle' : '',
    content.again ? 'aside' : '',
    content.person.status === 'active' ? '' : 'absent',
  ];
  return ['box', ...kinds].filter((kind) => kind !== '').join(' ');
}

function words(content: Content): Html {
  if (content.kind === 'more') return line(26, `${number(content.people)} more in the list`);
  if (content.kind === 'above') {
    return line(
      26,
      content.circle ? '↻ goes round in a circle' : `${number(content.people)} further up`,
    );
  }
  const { person, again, hidden } = content;
  const name = printable(called(person));
  const status = person.status === 'active' ? [] : [person.status];
  const second = [...status, printable(person.jobTitle ?? '')].filter((text) => text !== '');
  return html`<title>${name}</title>
    ${line(18, again ? `↻ ${cut(name, room.name)}` : cut(name, room.name), 'name')}
    ${line(34, cut(second.join(' · '), hidden > 0 ? room.second - 6 : room.second))}
    ${
      hidden > 0
        ? html`<text class="count" x="${box.width - 10}" y="34" text-anchor="end"
            >+${number(hidden)}</text
          >`
        : nothing
    }`;
}

const line = (y: number, text: string, kind = 'second'): Html =>
  html`<text class="${kind}" x="10" y="${y}">${text}</text>`;

const signs = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** As many signs as have room; what a reader takes for one sign is not taken apart. */
function cut(text: string, most: number): string {
  const all = [...signs.segment(text)];
  if (all.length <= most) return text;
  return `${all
    .slice(0, most - 1)
    .map(({ segment }) => segment)
    .join('')
    .trimEnd()}…`;
}
