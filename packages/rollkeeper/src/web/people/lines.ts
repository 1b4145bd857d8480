import type { Listed, ManagerChain, Report } from '../../store/search.ts';
import { personBadge } from '../parts/badge.ts';
import { counted, html, name, nothing } from '../parts/html.ts';
import type { Html } from '../parts/html.ts';
import { card, emptyState, pager } from '../parts/pieces.ts';
import type { Viewer } from '../principal.ts';
import { called, shownPerson } from '../shown.ts';
import type { Site } from '../site.ts';
import { position } from './table.ts';

/** Whom somebody reports to: the nearest manager first. */
export function managersCard(site: Site, viewer: Viewer, chain: ManagerChain): Html {
  const people = chain.people.map((row) => shownPerson(row, viewer));
  if (people.length === 0 && chain.end === 'top') {
    return card('Reports to', emptyState('No manager', 'Entra names no manager of this person.'));
  }
  return card(
    'Reports to',
    html`<ol class="lines chain">
        ${people.map((person) => html`<li>${personLine(site, person)}</li>`)}
      </ol>
      ${chainEnd(chain)}`,
  );
}

function chainEnd({ end }: ManagerChain): Html {
  if (end === 'cycle') {
    return html`<p class="muted">From here it goes round in a circle: Entra says so.</p>`;
  }
  return end === 'long' ? html`<p class="muted">It goes on further up.</p>` : nothing;
}

/** Who reports to somebody, a page at a time. `to`: the address of another page of them. */
export function reportsCard(
  site: Site,
  viewer: Viewer,
  reports: Listed<Report>,
  to: (cursor: string | null) => string,
): Html {
  if (reports.items.length === 0) {
    return card('Reports', emptyState('No reports', 'Nobody in scope reports to this person.'));
  }
  const link = (cursor: string | null): string | null => (cursor === null ? null : to(cursor));
  const paged = reports.next !== null || reports.previous !== null;
  return card(
    'Reports',
    html`<ul class="lines">
        ${reports.items.map(
          (report) =>
            html`<li>
              ${personLine(site, shownPerson(report, viewer))}
              ${
                report.reports === 0
                  ? nothing
                  : html`<small class="muted"
                      >${counted(report.reports, 'report', 'reports')}</small
                    >`
              }
            </li>`,
        )}
      </ul>
      ${
        paged
          ? pager({
              label: 'Pages of reports',
              first: reports.previous === null ? null : to(null),
              previous: link(reports.previous),
              next: link(reports.next),
              position: position(reports, 'reports'),
            })
          : nothing
      }`,
  );
}

function personLine(site: Site, person: ReturnType<typeof shownPerson>): Html {
  return html`<a href="${site.path(`/people/${encodeURIComponent(person.id)}`)}"
      >${name(called(person))}</a
    >
    ${person.status === 'active' ? nothing : personBadge(person.status)}
    ${person.jobTitle === null ? nothing : html`<small class="muted">${name(person.jobTitle)}</small>`}`;
}
