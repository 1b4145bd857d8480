import type { Answer, Asked } from '../exchange.ts';
import type { Tenant } from '../tenant/tenant.ts';
import type { Application } from '../token/application.ts';
import type { ConsentDecision, Desk } from './desk.ts';
import { carried, errorPage, escaped, page, redirect } from './reply.ts';

export interface ConsentWorld {
  readonly tenant: Tenant;
  readonly application: Application;
  readonly desk: Desk;
}

/**
 * The request for an administrator's consent, and the answer to its page.
 * https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
 */
export function answerConsent(asked: Asked, named: string, world: ConsentWorld): Answer {
  const parameters = parametersOf(asked);
  const refusal = refusalOf(named, parameters, world);
  if (refusal !== null) return refusal;
  const decision = asked.method === 'POST' ? pressed(parameters) : world.desk.consent;
  return decision === 'page' ? ask(parameters, world) : decide(decision, parameters, world);
}

/** What is sent by GET, or by the page's form. */
export function parametersOf({ method, url, body }: Asked): URLSearchParams {
  return new URLSearchParams(method === 'POST' ? body : (url.split('?', 2)[1] ?? ''));
}

function refusalOf(
  named: string,
  parameters: URLSearchParams,
  { tenant, application, desk }: ConsentWorld,
): Answer | null {
  const lower = named.toLowerCase();
  if (lower !== 'organizations' && lower !== tenant.id && !tenant.verifiedDomains.includes(lower)) {
    return errorPage(90002, `Tenant '${named}' not found.`);
  }
  const clientId = parameters.get('client_id') ?? '';
  if (clientId.toLowerCase() !== application.clientId.toLowerCase()) {
    return errorPage(700016, `Application with identifier '${clientId}' was not found.`);
  }
  const redirectUri = parameters.get('redirect_uri') ?? '';
  if (!URL.canParse(redirectUri) || !desk.isRegistered(redirectUri)) {
    return errorPage(
      50011,
      `The redirect URI '${redirectUri}' specified in the request does not match the redirect URIs configured for the application '${clientId}'.`,
    );
  }
  return (parameters.get('scope') ?? '') === ''
    ? errorPage(900144, "The request body must contain the following parameter: 'scope'.")
    : null;
}

function pressed(parameters: URLSearchParams): ConsentDecision {
  const decision = parameters.get('decision');
  return decision === 'grant' || decision === 'not-administrator' ? decision : 'cancel';
}

function ask(parameters: URLSearchParams, { tenant, application, desk }: ConsentWorld): Answer {
  const permissions = (desk.grants ?? application.permissions).map(
    (permission) => `<li>${escaped(permission)}</li>`,
  );
  return page(
    'Permissions requested',
    `<p>For everyone in ${escaped(tenant.displayName)}:</p><ul>${permissions.join('')}</ul>
<form method="post">${carried(parameters)}
<button name="decision" value="grant">Accept</button>
<button name="decision" value="cancel">Cancel</button>
<button name="decision" value="not-administrator">Sign in as somebody who is no administrator</button>
</form>`,
  );
}

function decide(
  decision: Exclude<ConsentDecision, 'page'>,
  parameters: URLSearchParams,
  { tenant, application, desk }: ConsentWorld,
): Answer {
  const back = parameters.get('redirect_uri') ?? '';
  const state = parameters.get('state') ?? '';
  if (decision === 'grant') {
    application.consented = true;
    if (desk.grants !== null) application.permissions = desk.grants;
    desk.consented();
    const scope = parameters.get('scope') ?? '';
    return redirect(back, { admin_consent: 'True', tenant: tenant.id, scope, state });
  }
  const [error, error_description] =
    decision === 'cancel'
      ? ['access_denied', 'AADSTS65004: User declined to consent to access the app.']
      : ['consent_required', 'AADSTS90094: The grant requires admin permission.'];
  return redirect(back, { admin_consent: 'True', error, error_description, state });
}
