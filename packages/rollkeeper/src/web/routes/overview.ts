import { Hono } from 'hono';
import type { Context } from 'hono';

import type { Finding } from '../../check/finding.ts';
import { managing } from '../access.ts';
import { page } from '../layout.ts';
import { findings } from '../parts/findings.ts';
import { actionForm } from '../parts/form.ts';
import { html, nothing } from '../parts/html.ts';
import { notice } from '../parts/pieces.ts';
import type { Site, WebEnv } from '../site.ts';
import { credentialCard, runCard, settingsCard, warnings } from './overview-cards.ts';
import { lookAt } from './overview-facts.ts';
import { progressBar, progressEvents } from './progress.ts';

/** Settings and status: what is configured, how it goes, and what is wrong; check and synchronise from here. */
export function overviewRoutes(site: Site): Hono<WebEnv> {
  const { conductor } = site.keeping;
  const manage = managing(site);
  return new Hono<WebEnv>()
    .get('/', async (context) => await overview(context, site))
    .post('/sync', manage, (context) => {
      // How it ends is told by the run itself, and by the page that follows it.
      conductor.begin();
      return context.redirect(site.path('/'), 303);
    })
    .get('/sync/events', (context) => progressEvents(context, conductor))
    .get('/check', manage, async (context) => await check(context, site))
    .get('/settings-fragment', async (context) => await fragment(context, site));
}

async function overview(context: Context<WebEnv>, site: Site): Promise<Response> {
  const facts = await lookAt(site);
  const { current } = site.keeping.conductor;
  const viewer = context.get('viewer');
  return await page(context, site, {
    title: 'Overview',
    section: 'overview',
    ...(current === null ? {} : { reloadAfter: 3 }),
    actions: html`<div class="buttons">
      ${
        viewer.may === 'manage'
          ? html`<a role="button" class="secondary" href="${site.path('/check')}">Check</a>`
          : nothing
      }
      ${
        current === null && facts.tenantId !== null
          ? actionForm(viewer, { action: site.path('/sync'), label: 'Sync now' })
          : nothing
      }
    </div>`,
    body: html`${warnings(site, facts)} ${current === null ? nothing : progressBar(site, current)}
      <div class="cards">
        <div>${runCard(site, facts)} ${credentialCard(site, facts)}</div>
        ${settingsCard(site, facts)}
      </div>`,
  });
}

async function check(context: Context<WebEnv>, site: Site): Promise<Response> {
  const found: Finding[] = [];
  for await (const finding of site.keeping.check(context.req.raw.signal)) found.push(finding);
  const failed = found.filter(({ state }) => state === 'failed').length;
  return await page(context, site, {
    title: 'Check',
    section: 'overview',
    actions: html`<a role="button" class="secondary" href="${site.path('/check')}">Check again</a>`,
    body: html`<div class="column">
      ${
        failed === 0
          ? notice('good', 'A run has what it needs.')
          : notice(
              'bad',
              failed === 1 ? 'One thing does not work.' : `${failed} things do not work.`,
            )
      }
      <section class="card">${findings(found)}</section>
    </div>`,
  });
}

/** What a host shows on its own settings page: how things stand, with ways to here. No form, no style of ours. */
async function fragment(context: Context<WebEnv>, site: Site): Promise<Response> {
  const facts = await lookAt(site);
  const manages = context.get('viewer').may === 'manage';
  const more = html`<a href="${site.path('/consent')}">Get consent</a> ·
    <a href="${site.path('/check')}">Check</a> · `;
  return await context.html(
    html`<section class="rollkeeper">
      <h2>Microsoft Graph</h2>
      ${warnings(site, facts)} ${runCard(site, facts, 3)}
      <p>${manages ? more : nothing}<a href="${site.path('/')}">Open Rollkeeper</a></p>
    </section>`,
  );
}
