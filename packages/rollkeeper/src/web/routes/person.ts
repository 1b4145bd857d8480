import { Hono } from 'hono';

import { address } from '../address.ts';
import { page } from '../layout.ts';
import { html, name, printable } from '../parts/html.ts';
import type { Html } from '../parts/html.ts';
import { historyCard } from '../people/history.ts';
import { managersCard, reportsCard } from '../people/lines.ts';
import { attributesCard, groupsCard } from '../people/person.ts';
import type { Viewer } from '../principal.ts';
import type { ShownPerson } from '../shown.ts';
import { called, shownPerson } from '../shown.ts';
import type { Site, WebEnv } from '../site.ts';
import type { Rows } from '../tenant.ts';
import { rowsOf } from '../tenant.ts';

/** Reports, and changes, on one page. */
const pageSize = 25;

interface Cursors {
  readonly reports: string | null;
  readonly changes: string | null;
}

/** One person: what is kept of them, whom they report to, their groups, and what happened when. */
export function personRoutes(site: Site): Hono<WebEnv> {
  return new Hono<WebEnv>().get('/people/:id', async (context) => {
    const rows = await rowsOf(site);
    const row = await rows?.store.person(rows.tenantId, context.req.param('id'));
    if (rows === null || row === null || row === undefined) return await context.notFound();
    const viewer = context.get('viewer');
    const person = shownPerson(row, viewer);
    const { reports = null, changes = null } = context.req.query();
    const chart = site.path(`/org-chart/${encodeURIComponent(person.id)}`);
    return await page(context, site, {
      title: printable(called(person)),
      section: 'people',
      heading: name(called(person)),
      actions: html`<a class="secondary" role="button" href="${chart}">In the org chart</a>`,
      body: await body(site, viewer, rows, person, { reports, changes }),
    });
  });
}

async function body(
  site: Site,
  viewer: Viewer,
  { store, tenantId }: Rows,
  { id, ...person }: ShownPerson,
  cursors: Cursors,
): Promise<Html> {
  const [managers, reports, groups, changes] = await Promise.all([
    store.managers(tenantId, id),
    store.reports(tenantId, id, { cursor: cursors.reports, limit: pageSize }),
    store.groupsOf(tenantId, id),
    store.changesOf(tenantId, id, { cursor: cursors.changes, limit: pageSize }),
  ]);
  const path = site.path(`/people/${encodeURIComponent(id)}`);
  const to = (changed: Partial<Cursors>): string => address(path, { ...cursors, ...changed });
  return html`<div class="cards">
      ${attributesCard({ id, ...person }, viewer)}
      <div>
        ${managersCard(site, viewer, managers)}
        ${reportsCard(site, viewer, reports, (cursor) => to({ reports: cursor }))}
        ${groupsCard(site, groups)}
      </div>
    </div>
    ${historyCard(site, viewer, changes, (cursor) => to({ changes: cursor }))}`;
}
