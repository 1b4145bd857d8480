import { Hono } from 'hono';

import type { RunRow } from '../../store/store.ts';
import { page } from '../layout.ts';
import { runBadge } from '../parts/badge.ts';
import { html, name } from '../parts/html.ts';
import type { Html } from '../parts/html.ts';
import { card, emptyState, facts } from '../parts/pieces.ts';
import { time } from '../parts/time.ts';
import type { Site, WebEnv } from '../site.ts';

/** Settings and status: what is configured, and how the last run ended. */
export function overviewRoutes(site: Site): Hono<WebEnv> {
  return new Hono<WebEnv>().get('/', async (context) => {
    const { keeping } = site;
    const tenantId = await keeping.knownTenantId();
    const [last] =
      tenantId === null
        ? []
        : await (await keeping.store()).runs(tenantId, { after: null, limit: 1 });
    return await page(context, site, {
      title: 'Overview',
      section: 'overview',
      body: html`<div class="cards">${lastRun(last)} ${settings(site, tenantId)}</div>`,
    });
  });
}

function lastRun(run: RunRow | undefined): Html {
  if (run === undefined) {
    return card(
      'Last run',
      emptyState('Nothing ran yet', 'The first run reads everybody in scope.'),
    );
  }
  return card(
    'Last run',
    facts([
      ['Run', run.runId],
      ['Status', runBadge(run.status)],
      ['Started', time(run.startedAt)],
      ['Finished', time(run.finishedAt)],
    ]),
  );
}

function settings({ keeping }: Site, tenantId: string | null): Html {
  const { applicationId, scope, membership } = keeping.settings;
  return card(
    'Settings',
    facts([
      ['Application', html`<code>${applicationId ?? 'given by the host'}</code>`],
      ['Tenant', html`<code>${tenantId ?? keeping.settings.tenant ?? 'not known yet'}</code>`],
      [
        'Scope',
        scope.kind === 'all'
          ? 'every user of the tenant'
          : html`the group ${name(scope.kind === 'group-name' ? scope.name : scope.id)}`,
      ],
      ['Membership', membership],
    ]),
  );
}
