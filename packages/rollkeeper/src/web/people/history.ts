import type { ChangeListed, Listed } from '../../store/search.ts';
import { html, name, nothing, printable } from '../parts/html.ts';
import type { Html } from '../parts/html.ts';
import { card, emptyState, pager } from '../parts/pieces.ts';
import { table } from '../parts/table.ts';
import { time } from '../parts/time.ts';
import type { Viewer } from '../principal.ts';
import type { ShownChange } from '../shown.ts';
import { shownChange } from '../shown.ts';
import type { Site } from '../site.ts';
import { position } from './table.ts';

const reasonWords: Readonly<Record<string, string>> = {
  left_scope: 'left the group',
  disabled: 'account disabled',
  soft_deleted: 'deleted in Entra',
  permanently_deleted: 'deleted for good',
};

/** What happened to somebody, newest first. `to`: the address of another page of it. */
export function historyCard(
  site: Site,
  viewer: Viewer,
  changes: Listed<ChangeListed>,
  to: (cursor: string | null) => string,
): Html {
  if (changes.items.length === 0) {
    return card(
      'What changed',
      emptyState('Nothing yet', 'Changes are kept from the first run on.'),
    );
  }
  const link = (cursor: string | null): string | null => (cursor === null ? null : to(cursor));
  return card(
    'What changed',
    html`${table({
      caption: 'What changed, newest first',
      columns: [
        { head: 'When', cell: ({ at }) => time(at) },
        { head: 'What', cell: (change) => told(site, change), kind: 'wide' },
        {
          head: 'Run',
          cell: ({ runId }) => html`<a href="${site.path(`/runs/${runId}`)}">${runId}</a>`,
          kind: 'number',
        },
      ],
      rows: changes.items.map((change) => shownChange(change, viewer)),
    })}
    ${
      changes.next === null && changes.previous === null
        ? nothing
        : pager({
            label: 'Pages of changes',
            first: changes.previous === null ? null : to(null),
            previous: link(changes.previous),
            next: link(changes.next),
            position: position(changes, 'changes'),
          })
    }`,
  );
}

function told(site: Site, change: ShownChange): Html {
  const { oldValue, newValue } = change;
  switch (change.change) {
    case 'created':
      return html`Came into scope`;
    case 'updated':
      return updated(change);
    case 'deactivated':
      return html`The account was disabled`;
    case 'restored':
      return html`Came back`;
    case 'soft_deleted':
      return html`Left: ${reasonWords[newValue ?? ''] ?? ''}`;
    case 'reason_moved':
      return html`Out of scope, and now: ${reasonWords[newValue ?? ''] ?? ''}`;
    case 'supervisor_set':
      return oldValue === null
        ? html`Manager: ${person(site, newValue, change.newName)}`
        : html`Manager: ${person(site, newValue, change.newName)}, before
          ${person(site, oldValue, change.oldName)}`;
    case 'supervisor_cleared':
      return html`No manager any more, before ${person(site, oldValue, change.oldName)}`;
    case 'membership_added':
      return html`Joined ${group(site, newValue, change.newName)}`;
    case 'membership_removed':
      return html`No longer in ${group(site, oldValue, change.oldName)}`;
    default:
      return html`${change.change.replaceAll('_', ' ')}`;
  }
}

function updated({ attribute, hidden, oldValue, newValue }: ShownChange): Html {
  const term = printable(attribute ?? '');
  if (hidden) return html`${term} changed`;
  if (newValue === null) return html`${term} cleared, before ${name(oldValue ?? '')}`;
  return oldValue === null
    ? html`${term}: ${name(newValue)}`
    : html`${term}: ${name(newValue)}, before ${name(oldValue)}`;
}

const person = (site: Site, id: string | null, known: string | null): Html =>
  linked(site, '/people', id, known);

const group = (site: Site, id: string | null, known: string | null): Html =>
  linked(site, '/groups', id, known);

function linked(
  site: Site,
  below: '/people' | '/groups',
  id: string | null,
  known: string | null,
): Html {
  if (id === null) return html`<span class="muted">somebody who was forgotten</span>`;
  if (known === null) return html`<code>${printable(id)}</code>`;
  return html`<a href="${site.path(`${below}/${encodeURIComponent(id)}`)}">${name(known)}</a>`;
}
