import { Hono } from 'hono';

import { address } from '../address.ts';
import { page } from '../layout.ts';
import { chartOf } from '../org-chart/chart.ts';
import { line, list } from '../org-chart/list.ts';
import { svg } from '../org-chart/svg.ts';
import { counted, html, name, nothing, printable } from '../parts/html.ts';
import type { Html } from '../parts/html.ts';
import { card, emptyState } from '../parts/pieces.ts';
import { readAsked, toQuery } from '../people/query.ts';
import type { Viewer } from '../principal.ts';
import { called, shownPerson } from '../shown.ts';
import type { Site, WebEnv } from '../site.ts';
import type { Rows } from '../tenant.ts';
import { rowsOf } from '../tenant.ts';

/** People who are offered to begin with. */
const offered = 30;

/** Who reports to whom, a part at a time. */
export function orgChartRoutes(site: Site): Hono<WebEnv> {
  return new Hono<WebEnv>()
    .get('/org-chart', async (context) => {
      const rows = await rowsOf(site);
      const { q = '' } = context.req.query();
      return await page(context, site, {
        title: 'Org chart',
        section: 'org-chart',
        body: html`${search(site, q)}
        ${rows === null ? empty : await beginnings(site, context.get('viewer'), rows, q)}`,
      });
    })
    .get('/org-chart/:id', async (context) => {
      const rows = await rowsOf(site);
      const row = await rows?.store.person(rows.tenantId, context.req.param('id'));
      if (rows === null || row === null || row === undefined) return await context.notFound();
      const viewer = context.get('viewer');
      const chart = await chartOf(rows, viewer, row, context.req.query('cursor') ?? null);
      const { person } = chart.middle;
      const id = encodeURIComponent(person.id);
      return await page(context, site, {
        title: `Org chart: ${printable(called(person))}`,
        section: 'org-chart',
        heading: name(called(person)),
        actions: html`<a class="secondary" role="button" href="${site.path(`/people/${id}`)}"
          >About this person</a
        >`,
        body: html`${search(site, '')} ${svg(site, chart)}
        ${list(site, chart, (cursor) => address(site.path(`/org-chart/${id}`), { cursor }))}`,
      });
    });
}

const search = (site: Site, words: string): Html =>
  html`<search>
    <form class="filters one" method="get" action="${site.path('/org-chart')}">
      <label class="grow">
        <span>Whose part of the chart?</span>
        <input
          type="search"
          name="q"
          value="${words}"
          maxlength="200"
          placeholder="Name, mail, job title, department"
          autocomplete="off"
          spellcheck="false"
        />
      </label>
      <button type="submit">Search</button>
    </form>
  </search>`;

async function beginnings(site: Site, viewer: Viewer, rows: Rows, words: string): Promise<Html> {
  if (words.trim() === '') return await tops(site, viewer, rows);
  const query = toQuery(readAsked({ q: words, status: 'all' }));
  const found = await rows.store.searchPeople(rows.tenantId, query, {
    cursor: null,
    limit: offered,
  });
  if (found.items.length === 0) {
    return emptyState('Nobody is found', 'Each word must begin a word of a name or an address.');
  }
  const more =
    found.next === null ? nothing : html`<p class="muted">There are more: add a word.</p>`;
  return card(
    'Found',
    html`<ul class="lines">
        ${found.items.map((row) => html`<li>${line(site, shownPerson(row, viewer))}</li>`)}
      </ul>
      ${more}`,
  );
}

async function tops(site: Site, viewer: Viewer, { store, tenantId }: Rows): Promise<Html> {
  const people = await store.tops(tenantId, offered);
  if (people.length === 0) return empty;
  return card(
    'At the top',
    html`<ul class="lines">
      ${people.map(
        (row) =>
          html`<li>
            ${line(site, shownPerson(row, viewer))}
            <small class="muted">${counted(row.reports, 'report', 'reports')}</small>
          </li>`,
      )}
    </ul>`,
  );
}

const empty: Html = emptyState(
  'No chart yet',
  'It is drawn from the managers that Entra names. Nobody in scope has one yet.',
);
