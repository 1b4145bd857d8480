import { personBadge } from '../parts/badge.ts';
import { counted, html, name, nothing, number } from '../parts/html.ts';
import type { Html } from '../parts/html.ts';
import { card, pager } from '../parts/pieces.ts';
import type { ShownPerson } from '../shown.ts';
import { called } from '../shown.ts';
import type { Site } from '../site.ts';
import type { Chart, ChartPerson } from './chart.ts';

/** The chart in words: who is above, from the top down, and who is below. Each name leads to their part of the chart. */
export function list(site: Site, chart: Chart, to: (cursor: string | null) => string): Html {
  return html`<div class="cards chart-words">${above(site, chart)} ${below(site, chart, to)}</div>`;
}

function above(site: Site, { above: people, end, backTo, middle }: Chart): Html {
  const circle = [...people, middle.person].find(({ id }) => id === backTo);
  const start =
    end === 'cycle'
      ? html`<p class="muted">
          ${
            people.length === 0
              ? 'Entra names this person as their own manager.'
              : html`It goes round in a circle: the first one here reports to
                ${name(circle === undefined ? '' : called(circle))}.`
          }
        </p>`
      : end === 'long'
        ? html`<p class="muted">It goes on further up.</p>`
        : nothing;
  const none =
    people.length === 0 && end === 'top'
      ? html`<p class="muted">Nobody: Entra names no manager.</p>`
      : nothing;
  return card(
    'Above',
    html`${start}${none}
    ${
      people.length === 0
        ? nothing
        : html`<ol class="lines">
            ${people.toReversed().map((person) => html`<li>${line(site, person)}</li>`)}
          </ol>`
    }`,
  );
}

function below(site: Site, chart: Chart, to: (cursor: string | null) => string): Html {
  const { middle, next, previous } = chart;
  const link = (cursor: string | null): string | null => (cursor === null ? null : to(cursor));
  const paged = next !== null || previous !== null;
  return card(
    'Below',
    middle.below.length === 0
      ? html`<p class="muted">Nobody in scope reports to this person.</p>`
      : html`<ul class="tree">
            ${middle.below.map((one) => item(site, one))}
          </ul>
          ${
            paged
              ? pager({
                  label: 'Pages of reports',
                  first: previous === null ? null : to(null),
                  previous: link(previous),
                  next: link(next),
                  position: `${number(middle.below.length)} of ${counted(middle.reports, 'report', 'reports')}`,
                })
              : nothing
          }`,
  );
}

function item(site: Site, { person, reports, again, below: leaves }: ChartPerson): Html {
  const hidden = reports - leaves.length;
  return html`<li>
    ${line(site, person)}
    ${again ? html`<span class="muted">(already above: a circle)</span>` : nothing}
    ${
      reports === 0 || again
        ? nothing
        : html`<small class="muted">${counted(reports, 'report', 'reports')}</small>`
    }
    ${
      leaves.length === 0
        ? nothing
        : html`<ul>
            ${leaves.map((leaf) => item(site, leaf))}
            ${hidden === 0 ? nothing : html`<li class="muted">and ${number(hidden)} more</li>`}
          </ul>`
    }
  </li>`;
}

/** A person's name, which leads to their part of the chart. */
export function line(site: Site, person: ShownPerson): Html {
  return html`<a href="${site.path(`/org-chart/${encodeURIComponent(person.id)}`)}"
      >${name(called(person))}</a
    >
    ${person.status === 'active' ? nothing : personBadge(person.status)}
    ${person.jobTitle === null ? nothing : html`<small class="muted">${name(person.jobTitle)}</small>`}`;
}
