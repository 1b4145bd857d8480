import type { Context } from 'hono';

import type { Finding } from '../../check/finding.ts';
import { holds, missingFrom, permissions } from '../../consent/permissions.ts';
import type { Permission } from '../../consent/permissions.ts';
import { RollkeeperError } from '../../directory/error.ts';
import { failure } from '../failure.ts';
import { page } from '../layout.ts';
import { badge } from '../parts/badge.ts';
import { copyable } from '../parts/copy.ts';
import { findings } from '../parts/findings.ts';
import { actionForm } from '../parts/form.ts';
import { html, nothing } from '../parts/html.ts';
import type { Html } from '../parts/html.ts';
import { card, notice } from '../parts/pieces.ts';
import { table } from '../parts/table.ts';
import type { Site, WebEnv } from '../site.ts';

/** Where Entra sends the administrator back to: from the settings, never from what a request says. null: not set. */
export function consentRedirectUri({ keeping, path }: Site): string | null {
  const { url } = keeping.settings;
  return url === null ? null : `${new URL(url).origin}${path('/consent/answer')}`;
}

/** How things stand with the consent of the tenant that is known. */
type Standing =
  | { readonly kind: 'none' }
  | { readonly kind: 'roles'; readonly roles: readonly string[] | null }
  | {
      readonly kind: 'failed';
      readonly error: RollkeeperError;
      /** Whether an administrator has consented here before. */
      readonly before: boolean;
    };

export async function consentPage(context: Context<WebEnv>, site: Site): Promise<Response> {
  const signal = AbortSignal.any([context.req.raw.signal, AbortSignal.timeout(15_000)]);
  const standing = await standingOf(site, signal);
  const probes = standing.kind === 'roles' ? await probed(site, signal) : [];
  const redirectUri = consentRedirectUri(site);
  return await page(context, site, {
    title: 'Get consent',
    section: 'overview',
    body: html`<div class="column">
      ${told(standing)} ${card('1. Register the redirect URI', registration(redirectUri))}
      ${card('2. What is asked for, and why', asked(standing, probes))}
      ${card('3. Have an administrator consent', form(context, site, standing, redirectUri))}
      ${card('If Entra shows an error instead of coming back', troubles(redirectUri))}
    </div>`,
  });
}

async function standingOf({ keeping }: Site, signal: AbortSignal): Promise<Standing> {
  const tenantId = await keeping.knownTenantId();
  if (tenantId === null) return { kind: 'none' };
  try {
    return { kind: 'roles', roles: (await keeping.tryTenant(tenantId, signal)).roles };
  } catch (error) {
    if (!(error instanceof RollkeeperError)) throw error;
    const { applicationId } = keeping.settings;
    const store = await keeping.store();
    const consent = applicationId === null ? null : await store.consentOf(applicationId);
    return { kind: 'failed', error, before: consent !== null };
  }
}

/** What Graph itself says to the requests of a run. */
async function probed({ keeping }: Site, signal: AbortSignal): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  for await (const finding of keeping.check(signal)) {
    if (finding.step === 'permissions') found.push(finding);
  }
  return found;
}

function told(standing: Standing): Html {
  if (standing.kind === 'failed') {
    return html`${notice('warning', 'Consent does not hold.', 'It was not given, was withdrawn, or Entra cannot be asked now.')}
    ${failure(standing.error)}`;
  }
  const missing = standing.kind === 'roles' ? missingFrom(standing.roles ?? []) : [];
  if (standing.kind === 'none' || standing.roles === null || missing.length === 0) return nothing;
  return notice(
    'warning',
    `Not granted: ${missing.join(' and ')}.`,
    'List what is missing in the app registration, as application permissions of Microsoft Graph, and have an administrator consent again. What was granted before stays.',
  );
}

function registration(redirectUri: string | null): Html {
  if (redirectUri === null) {
    return notice(
      'warning',
      'ROLLKEEPER_URL is not set.',
      'Set it to the address where browsers reach this application: the redirect URI begins with it.',
    );
  }
  return html`<p>
      In the app registration, under <em>Authentication</em>, platform <em>Web</em>, this must stand
      letter by letter:
    </p>
    ${copyable(redirectUri)}`;
}

function asked(standing: Standing, probes: readonly Finding[]): Html {
  const roles = standing.kind === 'roles' ? standing.roles : null;
  return html`${table<Permission>({
      caption: 'Application permissions of Microsoft Graph',
      columns: [
        {
          head: 'Permission, and why',
          kind: 'wide',
          cell: (permission) =>
            html`<code>${permission.name}</code>
              <div>${permission.why}</div>`,
        },
        { head: 'Granted', cell: (permission) => granted(permission, roles) },
      ],
      rows: permissions,
    })}
    ${probes.length === 0 ? nothing : findings(probes)}
    <p class="muted">
      It only reads. Entra cannot limit these permissions to a group: the application could read
      every user of the tenant. What it does read is on the sheet about permissions and data.
    </p>`;
}

function granted({ name, optional }: Permission, roles: readonly string[] | null): Html {
  if (roles === null) return badge('quiet', 'not known');
  if (holds(roles, name)) return badge('good', 'granted');
  return optional ? badge('quiet', 'not granted') : badge('warning', 'missing');
}

function form(
  context: Context<WebEnv>,
  site: Site,
  standing: Standing,
  redirectUri: string | null,
): Html {
  const { applicationId } = site.keeping.settings;
  if (applicationId === null) {
    return html`<p>
      The host gives a credential of its own, and the application id is not known here.
    </p>`;
  }
  if (redirectUri === null) return html`<p>Set <code>ROLLKEEPER_URL</code> first.</p>`;
  return html`<p>
      The button goes to Microsoft. An administrator of the tenant signs in there and accepts for
      everyone: a
      <em>Privileged Role Administrator</em> or a <em>Global Administrator</em>. Then Microsoft
      comes back here.
    </p>
    ${actionForm(context.get('viewer'), {
      action: site.path('/consent'),
      label: wasGiven(standing) ? 'Consent again' : 'Get consent',
    })}`;
}

const wasGiven = (standing: Standing): boolean =>
  standing.kind === 'roles' || (standing.kind === 'failed' && standing.before);

const causes = (redirectUri: string | null): readonly (readonly [code: string, what: string])[] => [
  [
    'AADSTS50011',
    `The redirect URI is not registered, or differs in a letter, a slash or the port. It must be ${redirectUri ?? 'the one above'}.`,
  ],
  [
    'AADSTS700016',
    'Entra does not know the application: MSGRAPH_APPLICATION_ID is wrong, or the application is registered for one tenant and another one was signed in to.',
  ],
  ['AADSTS90094', 'Whoever signed in may not consent for everyone. Have an administrator do it.'],
  ['AADSTS50020', 'The account belongs to another tenant. Sign out at Microsoft and begin again.'],
  [
    'AADSTS90002',
    'MSGRAPH_TENANT_ID names no tenant of this cloud. Correct it, or unset it and let consent name the tenant.',
  ],
];

const troubles = (redirectUri: string | null): Html =>
  table({
    caption: 'Errors on Microsoft’s pages',
    columns: [
      { head: 'Code', cell: ([code]) => html`<code>${code}</code>` },
      { head: 'What it means, and what to do', kind: 'wide', cell: ([, what]) => what },
    ],
    rows: causes(redirectUri),
  });
