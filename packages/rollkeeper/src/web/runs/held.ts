import type { RemovalKind } from '../../decide/threshold.ts';
import { removalKinds } from '../../decide/threshold.ts';
import type { HeldKey, HeldRow, RunRow } from '../../store/store.ts';
import { badge } from '../parts/badge.ts';
import { addressName, counted, html, name, nothing, number } from '../parts/html.ts';
import type { Html } from '../parts/html.ts';
import { notice, pager } from '../parts/pieces.ts';
import { table } from '../parts/table.ts';
import type { Viewer } from '../principal.ts';
import type { Site } from '../site.ts';
import { becauseWords, kindWords, reasonWords } from './words.ts';

export type Waiting = Readonly<Record<RemovalKind, number>>;

export const sumOf = (waiting: Waiting): number =>
  removalKinds.reduce((sum, kind) => sum + waiting[kind], 0);

/** `3 people leaving and 2 accounts disabled`. */
export const inWords = (waiting: Waiting): string =>
  new Intl.ListFormat('en').format(
    removalKinds.flatMap((kind) =>
      waiting[kind] === 0 ? [] : [`${number(waiting[kind])} ${kindWords[kind]}`],
    ),
  );

/** What waits for a decision, why, and the two ways on. Nothing where nothing waits. */
export function heldNotice(site: Site, viewer: Viewer, run: RunRow, waiting: Waiting): Html {
  const sum = sumOf(waiting);
  if (run.dryRun && run.held !== null) {
    return notice('warning', 'A run like this would hold removals', why(run));
  }
  if (sum === 0) return nothing;
  const path = (what: 'allow' | 'reject'): string => site.path(`/runs/${run.runId}/${what}`);
  return notice(
    'warning',
    `${counted(sum, 'removal waits', 'removals wait')} for a decision: ${inWords(waiting)}`,
    html`${why(run)}
      <p>Nobody is removed before somebody allows it. Joiners and changes go on meanwhile.</p>
      ${
        viewer.may === 'manage'
          ? html`<p class="buttons">
              <a role="button" class="danger" href="${path('allow')}">Allow deletes …</a>
              <a role="button" class="secondary" href="${path('reject')}">Reject …</a>
            </p>`
          : html`<p>Whoever may manage decides.</p>`
      }`,
  );
}

const why = ({ held }: RunRow): Html =>
  html`<ul>
    ${(held ?? []).map(
      ({ because, kind, planned, recent, rows }) =>
        html`<li>
          ${number(planned)} of ${number(rows)}
          ${kindWords[kind]}${recent > 0 ? `, after ${number(recent)} in the last 24 hours` : ''}:
          ${becauseWords[because]}.
        </li>`,
    )}
  </ul>`;

/** Exactly whom a run would remove. `to`: the address of the next page. */
export function heldTable(
  site: Site,
  rows: readonly HeldRow[],
  to: { readonly first: string | null; readonly next: string | null },
): Html {
  return html`${table({
    caption: 'What is held',
    columns: [
      { head: 'Who', cell: (row) => who(site, row), kind: 'wide' },
      { head: 'Why', cell: because },
      { head: 'What', cell: ({ kind }) => kindWords[kind], extra: true },
    ],
    rows,
  })}
  ${
    to.first === null && to.next === null
      ? nothing
      : pager({
          label: 'Pages of what is held',
          first: to.first,
          previous: null,
          next: to.next,
          position: `${number(rows.length)} shown`,
        })
  }`;
}

const because = ({ groupId, groupName, reason, state }: HeldRow): Html =>
  html`${
    groupId === null
      ? (reasonWords[reason ?? ''] ?? '')
      : html`no longer in ${name(groupName ?? groupId)}`
  }${state === 'held' ? nothing : html` ${badge('quiet', 'rejected')}`}`;

function who(site: Site, { displayName, subjectId, subjectName }: HeldRow): Html {
  const path = site.path(`/people/${encodeURIComponent(subjectId)}`);
  return html`<a href="${path}">${name(displayName ?? subjectName ?? subjectId)}</a> ${
      subjectName === null || displayName === null
        ? nothing
        : html`<small class="muted">${addressName(subjectName)}</small>`
    }`;
}

/** A key as an address carries it. */
export const writeKey = ({ kind, subjectId, groupId }: HeldKey): string =>
  [kind, subjectId, groupId ?? ''].join(' ');

export function readKey(text: string | undefined): HeldKey | null {
  const [kind, subjectId = '', groupId = ''] = (text ?? '').split(' ');
  const known = removalKinds.find((one) => one === kind);
  if (known === undefined || subjectId === '') return null;
  return { kind: known, subjectId, groupId: groupId === '' ? null : groupId };
}
