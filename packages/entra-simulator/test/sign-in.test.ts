import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test, type TestContext } from 'node:test';

import { createRemoteJWKSet, jwtVerify } from 'jose';

import type { Simulator } from '../src/index.ts';
import { serve } from './serving.ts';

const back = 'http://localhost:9/back';

async function served(t: TestContext): Promise<Simulator> {
  const entra = await serve({ users: 60, consented: false });
  t.after(async () => await entra.close());
  return entra;
}

const consentUrl = (entra: Simulator, changes: Record<string, string> = {}): string =>
  `${entra.url}/organizations/v2.0/adminconsent?${new URLSearchParams({
    client_id: entra.application.clientId,
    redirect_uri: back,
    scope: 'https://graph.microsoft.com/.default',
    state: 's',
    ...changes,
  }).toString()}`;

async function sentBack(url: string): Promise<URLSearchParams> {
  const { status, headers } = await fetch(url, { redirect: 'manual' });
  assert.equal(status, 302);
  return new URL(headers.get('location') ?? '').searchParams;
}

async function token(entra: Simulator, form: Record<string, string>): Promise<Response> {
  return await fetch(`${entra.url}/${entra.tenant.id}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      client_id: entra.application.clientId,
      client_secret: entra.application.clientSecret,
      ...form,
    }),
  });
}

const clientCredentials = {
  grant_type: 'client_credentials',
  scope: 'https://graph.microsoft.com/.default',
};

describe('consent and sign-in', () => {
  test('consent names the tenant, makes the application known, and takes its time to arrive', async (t) => {
    const entra = await served(t);
    entra.desk.consent = 'grant';
    entra.desk.replicationRefusals = 1;
    assert.equal((await token(entra, clientCredentials)).status, 400);
    const answer = await sentBack(consentUrl(entra));
    assert.deepEqual(
      [answer.get('admin_consent'), answer.get('tenant'), answer.get('state')],
      ['True', entra.tenant.id, 's'],
    );
    assert.equal((await token(entra, clientCredentials)).status, 400);
    assert.equal((await token(entra, clientCredentials)).status, 200);
  });

  test('a refusal says admin_consent too, beside its error', async (t) => {
    const entra = await served(t);
    for (const [decision, error] of [
      ['cancel', 'access_denied'],
      ['not-administrator', 'consent_required'],
    ] as const) {
      entra.desk.consent = decision;
      const answer = await sentBack(consentUrl(entra));
      assert.deepEqual([answer.get('admin_consent'), answer.get('error')], ['True', error]);
      assert.equal(entra.application.consented, false);
    }
  });

  test('nobody is sent to an address that is not registered', async (t) => {
    const entra = await served(t);
    entra.desk.redirectUris = [`${back}/other`];
    const response = await fetch(consentUrl(entra), { redirect: 'manual' });
    assert.equal(response.status, 400);
    assert.match(await response.text(), /AADSTS50011/u);
  });

  test('a code is for once, for its verifier and its address, and brings a signed id token', async (t) => {
    const entra = await served(t);
    entra.application.consented = true;
    const [user] = entra.tenant.users();
    entra.desk.signsIn = user?.id ?? '';
    const verifier = 'v'.repeat(43);
    const request = new URLSearchParams({
      client_id: entra.application.clientId,
      redirect_uri: back,
      response_type: 'code',
      scope: 'openid profile',
      state: 's',
      nonce: 'n',
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    const authorize = `${entra.url}/${entra.tenant.id}/oauth2/v2.0/authorize?${request.toString()}`;
    const form = { grant_type: 'authorization_code', redirect_uri: back, code_verifier: verifier };
    const wrong = (await sentBack(authorize)).get('code') ?? '';
    assert.equal((await token(entra, { ...form, code: wrong, code_verifier: 'w' })).status, 400);
    const code = (await sentBack(authorize)).get('code') ?? '';
    const response = await token(entra, { ...form, code });
    const { id_token: idToken } = (await response.json()) as { readonly id_token: string };
    const keys = createRemoteJWKSet(new URL(`${entra.url}/${entra.tenant.id}/discovery/v2.0/keys`));
    const { payload } = await jwtVerify(idToken, keys, { audience: entra.application.clientId });
    assert.deepEqual([payload['oid'], payload['nonce']], [user?.id, 'n']);
    assert.equal((await token(entra, { ...form, code })).status, 400);
  });
});
