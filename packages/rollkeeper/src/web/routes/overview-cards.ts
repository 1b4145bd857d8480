import type { Settings } from '../../settings/settings.ts';
import { badge, runBadge } from '../parts/badge.ts';
import { counted, html, name, nothing, number, printable, shortly } from '../parts/html.ts';
import type { Html } from '../parts/html.ts';
import { card, emptyState, facts, notice } from '../parts/pieces.ts';
import { duration, time } from '../parts/time.ts';
import type { Site } from '../site.ts';
import { heldIn } from './overview-facts.ts';
import type { Facts } from './overview-facts.ts';

const dayMs = 86_400_000;
/** A credential that ends within so many days is told of. */
const soonDays = 30;

/** What is wrong, or soon will be, each with the way to mend it. */
export function warnings(site: Site, stand: Facts): Html {
  return html`${noTenant(site, stand)} ${twoTenants(stand, site.keeping.settings)}
  ${lastFailed(site, stand)} ${held(site, stand)} ${expiring(stand)}`;
}

function noTenant({ path }: Site, { tenantId }: Facts): Html {
  if (tenantId !== null) return nothing;
  const way = html`An administrator connects it on the
    <a href="${path('/consent')}">consent page</a>.`;
  return notice('warning', 'No tenant is connected yet.', way);
}

function twoTenants({ consent, tenantId }: Facts, { tenant }: Settings): Html {
  if (consent === null || tenant === null || consent.tenantId === tenantId) return nothing;
  return notice(
    'warning',
    `The tenant ${consent.tenantId} consented, but MSGRAPH_TENANT_ID is ${tenant}.`,
    'The setting is used. Correct it, or consent again in the tenant that it names.',
  );
}

function lastFailed({ path }: Site, { last }: Facts): Html {
  if (last?.status !== 'failed' || last.error === null) return nothing;
  const way = html`${printable(shortly(last.error.message))}
    <a href="${path('/diagnostics')}">Diagnostics</a>`;
  return notice('bad', 'The last run failed.', way);
}

function held({ path }: Site, { totals }: Facts): Html {
  const count = totals === null ? 0 : heldIn(totals);
  if (totals === null || count === 0) return nothing;
  const [run] = totals.held.runs;
  const where = run === undefined ? path('/runs') : path(`/runs/${run}`);
  const way = html`<a href="${where}">See whom, and decide.</a>`;
  return notice('warning', `${counted(count, 'removal is', 'removals are')} held.`, way);
}

function expiring({ credential, now }: Facts): Html {
  const { expiresAt } = credential;
  const left = expiresAt === null ? Infinity : Date.parse(expiresAt) - now;
  if (left > soonDays * dayMs) return nothing;
  const title = left <= 0 ? 'The credential has run out.' : 'The credential runs out soon.';
  return notice(
    left <= 0 ? 'bad' : 'warning',
    title,
    html`On ${time(expiresAt)}. Make a new one in the app registration.`,
  );
}

/** How the last run went, and when the next begins. */
export function runCard(site: Site, { last, totals }: Facts, level: 2 | 3 = 2): Html {
  const next = site.keeping.nextRun();
  const begins: readonly (readonly [string, Html])[] = [
    [
      'Next run',
      next === null
        ? html`<span class="muted">not scheduled here</span>`
        : time(next.toISOString()),
    ],
  ];
  if (last === null) {
    return card(
      'Last run',
      html`${emptyState('Nothing ran yet', 'The first run reads everybody in scope.')}
      ${facts(begins)}`,
      { level },
    );
  }
  const { runId, startedAt, finishedAt } = last;
  const took = finishedAt === null ? '–' : duration(Date.parse(finishedAt) - Date.parse(startedAt));
  return card(
    'Last run',
    facts([
      ['Run', html`<a href="${site.path(`/runs/${runId}`)}">${runId}</a>, ${last.kind}`],
      ['Status', runBadge(last.status)],
      ['Started', time(startedAt)],
      ['Took', took],
      ['People in scope', number(totals?.inScope ?? 0)],
      ...begins,
    ]),
    { level },
  );
}

/** What is kept of which tenant. */
export function settingsCard(site: Site, stand: Facts): Html {
  const { applicationId, membership, disabledUsers, deletionThreshold } = site.keeping.settings;
  const { tenantId } = stand;
  const threshold =
    deletionThreshold === null
      ? 'off'
      : `${number(deletionThreshold.count)}, or ${deletionThreshold.percent} % above ${deletionThreshold.floor}`;
  return card(
    'Settings',
    facts([
      ['Application', html`<code>${applicationId ?? 'given by the host'}</code>`],
      [
        'Tenant',
        tenantId === null
          ? html`<span class="muted">not known yet</span>`
          : html`<code>${tenantId}</code>`,
      ],
      ['Scope', scope(site.keeping.settings, stand)],
      ['Membership', membership],
      ['Disabled users', disabledUsers],
      ['Deletion threshold', threshold],
      ['Schedule', schedule(site.keeping.settings)],
    ]),
    { action: html`<a href="${site.path('/consent')}">Consent</a>` },
  );
}

function scope({ scope: chosen }: Settings, { remembered, totals }: Facts): Html {
  const people = totals === null ? '' : ` (${counted(totals.inScope, 'person', 'people')})`;
  if (chosen.kind === 'all') return html`every user of the tenant${people}`;
  const given = chosen.kind === 'group-name' ? chosen.name : chosen.id;
  return html`the group ${name(remembered?.groupName ?? given)}${people}`;
}

function schedule({ schedule: plan, timeZone }: Settings): Html {
  if (plan === null) return html`off`;
  return plan.kind === 'every'
    ? html`every ${duration(plan.ms).replace(/ 0 \w+$/u, '')}`
    : html`<code>${plan.pattern}</code> in ${timeZone}`;
}

const kinds = {
  secret: 'client secret',
  'secret-file': 'client secret, from a file',
  certificate: 'certificate',
  federated: 'federated token',
  given: 'given by the host',
} as const;

/** How the application proves itself, and until when. */
export function credentialCard(_site: Site, { credential, consent, now }: Facts): Html {
  const { kind, expiresAt } = credential;
  const days = expiresAt === null ? null : Math.floor((Date.parse(expiresAt) - now) / dayMs);
  const tone = days === null || days > soonDays ? 'quiet' : days < 0 ? 'bad' : 'warning';
  const ends =
    days === null
      ? html`<span class="muted"
          >not known; <code>MSGRAPH_CLIENT_SECRET_EXPIRES</code> tells it</span
        >`
      : html`${time(expiresAt)} ${badge(tone, days < 0 ? 'over' : counted(days, 'day', 'days'))}`;
  return card(
    'Credential',
    facts([
      ['Kind', kinds[kind]],
      ['Runs out', ends],
      [
        'Consent',
        consent === null ? html`<span class="muted">not given here</span>` : time(consent.at),
      ],
    ]),
  );
}
