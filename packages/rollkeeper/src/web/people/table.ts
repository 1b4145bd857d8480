import type { Listed } from '../../store/search.ts';
import type { PersonRow } from '../../store/store.ts';
import { personBadge } from '../parts/badge.ts';
import { addressName, counted, html, name, nothing, number } from '../parts/html.ts';
import type { Html } from '../parts/html.ts';
import { pager } from '../parts/pieces.ts';
import { table } from '../parts/table.ts';
import type { Column } from '../parts/table.ts';
import { time } from '../parts/time.ts';
import type { Viewer } from '../principal.ts';
import type { ShownPerson } from '../shown.ts';
import { called, shownPerson } from '../shown.ts';
import type { Site } from '../site.ts';
import type { Asked } from './query.ts';
import { addressOf } from './query.ts';

/** The table of found people with its pager. `path`: the page that shows it. */
export function peopleTable(
  site: Site,
  viewer: Viewer,
  found: Listed<PersonRow>,
  at: { readonly path: string; readonly asked: Asked; readonly caption: string },
): Html {
  const rows = found.items.map((row) => shownPerson(row, viewer));
  const { path, asked } = at;
  const to = (cursor: string | null): string | null =>
    cursor === null ? null : addressOf(path, asked, { cursor });
  return html`${table({ caption: at.caption, columns: columns(site, path, asked), rows })}
  ${pager({
    label: 'Pages of people',
    first: found.previous === null ? null : addressOf(path, asked, { cursor: null }),
    previous: to(found.previous),
    next: to(found.next),
    position: position(found),
  })}`;
}

/** `50 of 1,234 people`. `what`: a word for many of them. */
export function position({ items, total, more }: Listed<unknown>, what = 'people'): string {
  if (more) return `${number(items.length)} of more than ${number(total)} ${what}`;
  const one = what === 'people' ? 'person' : what.slice(0, -1);
  return `${number(items.length)} of ${counted(total, one, what)}`;
}

function columns(site: Site, path: string, asked: Asked): readonly Column<ShownPerson>[] {
  const sorts = (sort: Asked['sort'], text: string): Pick<Column<unknown>, 'head' | 'sorted'> => {
    const current = asked.sort === sort;
    const turned = { sort, descending: current && !asked.descending, cursor: null };
    return {
      head: html`<a href="${addressOf(path, asked, turned)}">${text}</a>`,
      ...(current ? { sorted: asked.descending ? 'descending' : 'ascending' } : {}),
    };
  };
  return [
    { ...sorts('name', 'Name'), cell: (person) => personCell(site, person), kind: 'wide' },
    { head: 'Job title', cell: ({ jobTitle }) => text(jobTitle), kind: 'wide', extra: true },
    {
      ...sorts('department', 'Department'),
      cell: ({ department }) => text(department),
      kind: 'words',
      extra: true,
    },
    { head: 'Reports to', cell: (person) => managerCell(site, person), kind: 'words', extra: true },
    { head: 'Status', cell: ({ status }) => personBadge(status) },
    { ...sorts('since', 'Since'), cell: ({ statusSince }) => time(statusSince), extra: true },
  ];
}

/** A person's name, which leads to them, over their user name. */
export function personCell(site: Site, person: ShownPerson): Html {
  const { userPrincipalName, userType } = person;
  const shown = called(person);
  return html`<a href="${site.path(`/people/${encodeURIComponent(person.id)}`)}"
      >${addressName(shown)}</a
    >
    ${userType === 'Guest' ? html`<span class="tag">guest</span>` : nothing}
    ${
      userPrincipalName === null || userPrincipalName === shown
        ? nothing
        : html`<small class="muted">${addressName(userPrincipalName)}</small>`
    }`;
}

function managerCell(site: Site, { supervisorId, supervisorName }: ShownPerson): Html {
  if (supervisorId === null) return text(null);
  const path = site.path(`/people/${encodeURIComponent(supervisorId)}`);
  return html`<a href="${path}">${name(supervisorName ?? supervisorId)}</a>`;
}

/** Text of the tenant, or a dash. */
export const text = (value: string | null): Html =>
  value === null || value === '' ? html`<span class="muted">–</span>` : name(value);
