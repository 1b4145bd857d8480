import { Hono } from 'hono';

import { groupProfile } from '../../directory/person.ts';
import type { GroupListed } from '../../store/search.ts';
import { address } from '../address.ts';
import { kindOf } from '../groups/words.ts';
import { page } from '../layout.ts';
import { addressName, counted, html, name, nothing, number, printable } from '../parts/html.ts';
import type { Html } from '../parts/html.ts';
import { card, emptyState, facts, pager } from '../parts/pieces.ts';
import { table } from '../parts/table.ts';
import { time } from '../parts/time.ts';
import { groupLink } from '../people/person.ts';
import { readAsked, toQuery } from '../people/query.ts';
import { peopleTable, position, text } from '../people/table.ts';
import type { Viewer } from '../principal.ts';
import type { Site, WebEnv } from '../site.ts';
import type { Rows } from '../tenant.ts';
import { rowsOf } from '../tenant.ts';

const pageSize = 50;

/** The groups that are kept, and who is in them. */
export function groupsRoutes(site: Site): Hono<WebEnv> {
  return new Hono<WebEnv>()
    .get('/groups', async (context) => {
      const rows = await rowsOf(site);
      const { q = '', cursor = null } = context.req.query();
      return await page(context, site, {
        title: 'Groups',
        section: 'groups',
        body: html`${search(site.path('/groups'), 'Search', 'Name or mail', q)}
        ${rows === null ? empty : await list(site, rows, q, cursor)}`,
      });
    })
    .get('/groups/:id', async (context) => {
      const rows = await rowsOf(site);
      const group = await rows?.store.group(rows.tenantId, context.req.param('id'));
      if (rows === null || group === null || group === undefined) return await context.notFound();
      const { displayName } = groupProfile(group.id, group.values);
      return await page(context, site, {
        title: printable(displayName ?? group.id),
        section: 'groups',
        heading: name(displayName ?? group.id),
        body: await about(site, context.get('viewer'), rows, group, context.req.query()),
      });
    });
}

const search = (path: string, label: string, placeholder: string, words: string): Html =>
  html`<search>
    <form class="filters one" method="get" action="${path}">
      <label class="grow">
        <span>${label}</span>
        <input
          type="search"
          name="q"
          value="${words}"
          maxlength="200"
          placeholder="${placeholder}"
          autocomplete="off"
          spellcheck="false"
        />
      </label>
      <button type="submit">Search</button>
    </form>
  </search>`;

const empty: Html = emptyState(
  'No groups yet',
  'The first run brings the groups of the scope, and those that the settings say to keep.',
);

async function list(
  site: Site,
  { store, tenantId }: Rows,
  words: string,
  cursor: string | null,
): Promise<Html> {
  const found = await store.searchGroups(tenantId, words, { cursor, limit: pageSize });
  if (found.items.length === 0) {
    return words.trim() === ''
      ? empty
      : emptyState('No group is found', 'Each word must begin a word of its name or mail address.');
  }
  const path = site.path('/groups');
  const to = (at: string | null): string | null =>
    at === null ? null : address(path, { q: words, cursor: at });
  return html`${groupsTable(site, 'Groups that are kept', found.items)}
  ${pager({
    label: 'Pages of groups',
    first: found.previous === null ? null : address(path, { q: words }),
    previous: to(found.previous),
    next: to(found.next),
    position: position(found, 'groups'),
  })}`;
}

const groupsTable = (site: Site, caption: string, groups: readonly GroupListed[]): Html =>
  table({
    caption,
    columns: [
      { head: 'Name', cell: (group) => groupCell(site, group), kind: 'wide' },
      { head: 'Kind', cell: ({ id, values }) => kindOf(groupProfile(id, values)), extra: true },
      { head: 'People', cell: ({ people }) => number(people), kind: 'number' },
      { head: 'Groups in it', cell: ({ groups: within }) => number(within), kind: 'number' },
      {
        head: 'Kept because',
        cell: ({ inClosure }) => (inClosure ? 'the scope has it' : 'the settings name it'),
        extra: true,
      },
    ],
    rows: groups,
  });

function groupCell(site: Site, group: GroupListed): Html {
  const { mail } = groupProfile(group.id, group.values);
  return html`${groupLink(site, group)}
  ${mail === null ? nothing : html`<small class="muted">${addressName(mail)}</small>`}`;
}

async function about(
  site: Site,
  viewer: Viewer,
  { store, tenantId }: Rows,
  group: GroupListed,
  query: Readonly<Record<string, string | undefined>>,
): Promise<Html> {
  const asked = readAsked(query);
  const [around, members] = await Promise.all([
    store.groupsAround(tenantId, group.id),
    store.searchPeople(tenantId, toQuery(asked, group.id), {
      cursor: asked.cursor,
      limit: pageSize,
    }),
  ]);
  const path = site.path(`/groups/${encodeURIComponent(group.id)}`);
  const none = emptyState(
    asked.text.trim() === '' ? 'Nobody directly' : 'Nobody is found',
    asked.text.trim() === ''
      ? 'No person in scope is a direct member.'
      : 'Each word must begin a word of a name or an address.',
  );
  return html`<div class="cards">
      ${attributes(group)}
      <div>
        ${nested(site, 'Groups in it', around.within, 'No group is in it.')}
        ${nested(site, 'Groups that it is in', around.above, 'It is in no group that is kept.')}
      </div>
    </div>
    <section class="members">
      <h2>People directly in it</h2>
      ${search(path, 'Search among them', 'Name, mail, job title, department', asked.text)}
      ${
        members.items.length === 0
          ? none
          : peopleTable(site, viewer, members, { path, asked, caption: 'People directly in it' })
      }
    </section>`;
}

function attributes(row: GroupListed): Html {
  const group = groupProfile(row.id, row.values);
  return card(
    'Attributes',
    facts([
      ['Kind', kindOf(group)],
      ['Description', text(group.description)],
      ['Mail', text(group.mail)],
      ['Visibility', text(group.visibility)],
      ['People directly in it', number(row.people)],
      ['Groups directly in it', number(row.groups)],
      ['Kept because', row.inClosure ? 'the scope has it' : 'the settings name it'],
      ['Created in Entra', time(group.createdDateTime)],
      ['Object id', html`<code>${printable(group.id)}</code>`],
    ]),
  );
}

const nested = (site: Site, heading: string, groups: readonly GroupListed[], none: string): Html =>
  card(
    heading,
    groups.length === 0
      ? html`<p class="muted">${none}</p>`
      : html`<ul class="lines">
          ${groups.map(
            (group) =>
              html`<li>
                ${groupLink(site, group)}
                <small class="muted"
                  >${counted(group.people, 'person', 'people')},
                  ${counted(group.groups, 'group', 'groups')}</small
                >
              </li>`,
          )}
        </ul>`,
  );
