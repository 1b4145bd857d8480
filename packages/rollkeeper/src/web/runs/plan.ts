import { operationKinds } from '../../decide/operation.ts';
import type { Listed } from '../../store/search.ts';
import type { PlannedRow } from '../../store/store.ts';
import { address } from '../address.ts';
import { addressName, html, name, nothing, number } from '../parts/html.ts';
import type { Html } from '../parts/html.ts';
import { card, emptyState, pager } from '../parts/pieces.ts';
import { table } from '../parts/table.ts';
import { position } from '../people/table.ts';
import type { Site } from '../site.ts';
import { operationWords, reasonWords } from './words.ts';

type Kind = PlannedRow['kind'];
export type PlanCounts = Readonly<Partial<Record<Kind, number>>>;

/** The kinds of operation that a plan holds, in the order in which they are shown. */
export const kindsIn = (counts: PlanCounts): readonly Kind[] =>
  [...removals, ...operationKinds.filter((kind) => !removals.includes(kind))].filter(
    (kind) => (counts[kind] ?? 0) > 0,
  );

/** What takes something away is shown first. */
const removals: readonly Kind[] = ['soft_delete', 'deactivate', 'remove_membership'];

/** A run's plan, one kind of operation at a time. `path`: the run's page. */
export function planCard(
  site: Site,
  path: string,
  counts: PlanCounts,
  shown: { readonly kind: Kind; readonly rows: Listed<PlannedRow> } | null,
): Html {
  if (shown === null) {
    return card(
      'Plan',
      emptyState('Nothing to show', 'The plan is empty, or is not kept any more.'),
    );
  }
  const { kind, rows } = shown;
  const to = (cursor: string | null): string | null =>
    cursor === null ? null : address(path, { plan: kind, cursor });
  return card(
    'Plan',
    html`<nav class="kinds" aria-label="Kinds of operation">
        <ul>
          ${kindsIn(counts).map(
            (one) =>
              html`<li>
                <a
                  href="${address(path, { plan: one })}"
                  ${one === kind ? html`aria-current="true"` : nothing}
                  >${operationWords[one]} <span>${number(counts[one] ?? 0)}</span></a
                >
              </li>`,
          )}
        </ul>
      </nav>
      ${table({
        caption: operationWords[kind],
        columns: [
          { head: 'Who or what', cell: (row) => subject(site, row), kind: 'wide' },
          { head: 'What', cell: object, kind: 'wide' },
          { head: 'Held', cell: ({ held }) => (held ? 'held' : ''), extra: true },
        ],
        rows: rows.items,
      })}
      ${pager({
        label: 'Pages of the plan',
        first: rows.previous === null ? null : address(path, { plan: kind }),
        previous: to(rows.previous),
        next: to(rows.next),
        position: position(rows, 'operations'),
      })}`,
  );
}

function subject(site: Site, { kind, subjectId, subjectName, displayName }: PlannedRow): Html {
  const below = kind.endsWith('_group') ? '/groups' : '/people';
  const path = site.path(`${below}/${encodeURIComponent(subjectId)}`);
  return html`<a href="${path}">${name(displayName ?? subjectName ?? subjectId)}</a> ${
      subjectName === null || subjectName === displayName
        ? nothing
        : html`<small class="muted">${addressName(subjectName)}</small>`
    }`;
}

function object({ reason, objectId, objectName }: PlannedRow): Html {
  if (reason !== null) return html`${reasonWords[reason] ?? ''}`;
  const known = objectName ?? objectId;
  return known === null ? nothing : name(known);
}
