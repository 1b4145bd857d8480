import type { Answer, Asked } from '../exchange.ts';
import type { Tenant } from '../tenant/tenant.ts';
import type { Application } from '../token/application.ts';
import { parametersOf } from './consent.ts';
import type { Desk } from './desk.ts';
import { carried, errorPage, page, redirect } from './reply.ts';

export interface AuthorizeWorld {
  readonly tenant: Tenant;
  readonly application: Application;
  readonly desk: Desk;
}

/**
 * The sign-in of a user: the code flow of OpenID Connect.
 * https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc
 */
export function answerAuthorize(asked: Asked, world: AuthorizeWorld): Answer {
  const parameters = parametersOf(asked);
  const { desk } = world;
  const redirectUri = parameters.get('redirect_uri') ?? '';
  const clientId = parameters.get('client_id') ?? '';
  if (clientId.toLowerCase() !== world.application.clientId.toLowerCase()) {
    return errorPage(700016, `Application with identifier '${clientId}' was not found.`);
  }
  if (!URL.canParse(redirectUri) || !desk.isRegistered(redirectUri)) {
    return errorPage(50011, `The redirect URI '${redirectUri}' does not match.`);
  }
  const missing = missingIn(parameters);
  if (missing !== null)
    return back(parameters, { error: 'invalid_request', error_description: missing });
  const who = asked.method === 'POST' ? (parameters.get('login') ?? '') : desk.signsIn;
  return who === 'page' ? ask(parameters) : signIn(who, parameters, world);
}

function missingIn(parameters: URLSearchParams): string | null {
  if (parameters.get('response_type') !== 'code') {
    return "AADSTS900144: The request must contain the parameter 'response_type' with the value 'code'.";
  }
  const scopes = (parameters.get('scope') ?? '').split(' ');
  if (!scopes.includes('openid')) return "AADSTS900144: The scope 'openid' is missing.";
  return parameters.get('code_challenge') !== null &&
    parameters.get('code_challenge_method') !== 'S256'
    ? 'AADSTS501491: Invalid code challenge method.'
    : null;
}

const ask = (parameters: URLSearchParams): Answer =>
  page(
    'Sign in',
    `<form method="post">${carried(parameters)}<label>User name <input name="login"></label><button>Next</button></form>`,
  );

function signIn(
  who: string,
  parameters: URLSearchParams,
  { tenant, desk }: AuthorizeWorld,
): Answer {
  const user = tenant.user(who);
  if (who === 'cancel' || user === undefined) {
    const error_description = 'AADSTS65004: User declined to consent to access the app.';
    return back(parameters, { error: 'access_denied', error_description });
  }
  const code = desk.issue({
    userId: user.id,
    clientId: parameters.get('client_id') ?? '',
    redirectUri: parameters.get('redirect_uri') ?? '',
    nonce: parameters.get('nonce'),
    challenge: parameters.get('code_challenge'),
  });
  return back(parameters, { code });
}

function back(parameters: URLSearchParams, answer: Readonly<Record<string, string>>): Answer {
  const state = parameters.get('state');
  return redirect(parameters.get('redirect_uri') ?? '', {
    ...answer,
    ...(state === null ? {} : { state }),
  });
}
