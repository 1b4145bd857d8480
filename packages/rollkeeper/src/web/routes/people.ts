import { Hono } from 'hono';

import { page } from '../layout.ts';
import { html, nothing } from '../parts/html.ts';
import type { Html } from '../parts/html.ts';
import { emptyState } from '../parts/pieces.ts';
import { peopleCsv } from '../people/csv.ts';
import { filters } from '../people/filters.ts';
import type { Asked } from '../people/query.ts';
import { addressOf, isNarrowed, readAsked, toQuery } from '../people/query.ts';
import { peopleTable } from '../people/table.ts';
import type { Viewer } from '../principal.ts';
import type { Site, WebEnv } from '../site.ts';
import type { Rows } from '../tenant.ts';
import { rowsOf } from '../tenant.ts';

const pageSize = 50;

/** Everyone, searched, filtered and sorted; the same as a file. */
export function peopleRoutes(site: Site): Hono<WebEnv> {
  return new Hono<WebEnv>()
    .get('/people', async (context) => {
      const rows = await rowsOf(site);
      const asked = readAsked(context.req.query());
      const csv = addressOf(site.path('/people.csv'), asked, { cursor: null });
      return await page(context, site, {
        title: 'People',
        section: 'people',
        actions:
          rows === null
            ? nothing
            : html`<a class="secondary" role="button" href="${csv}" download>CSV of these</a>`,
        body:
          rows === null ? nobodyYet(site) : await list(site, context.get('viewer'), rows, asked),
      });
    })
    .get('/people.csv', async (context) => {
      const rows = await rowsOf(site);
      if (rows === null) return await context.notFound();
      const asked = readAsked(context.req.query());
      return peopleCsv(rows, toQuery(asked), context.get('viewer'));
    });
}

async function list(site: Site, viewer: Viewer, rows: Rows, asked: Asked): Promise<Html> {
  const { store, tenantId } = rows;
  const path = site.path('/people');
  const [found, departments] = await Promise.all([
    store.searchPeople(tenantId, toQuery(asked), { cursor: asked.cursor, limit: pageSize }),
    store.departments(tenantId),
  ]);
  const caption = isNarrowed(asked) ? 'People found' : 'People in scope';
  return html`${filters(path, asked, departments)}
  ${
    found.items.length > 0
      ? peopleTable(site, viewer, found, { path, asked, caption })
      : isNarrowed(asked)
        ? emptyState(
            'Nobody is found',
            'Each word must begin a word of a name, user name, mail address, job title or department. The filters count too.',
            html`<p><a href="${path}">Show everyone in scope</a></p>`,
          )
        : nobodyYet(site)
  }`;
}

const nobodyYet = (site: Site): Html =>
  emptyState(
    'Nobody is here yet',
    html`The first run brings everyone in scope.
      <a href="${site.path('/')}">Start it on the overview.</a>`,
  );
