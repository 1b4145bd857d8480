import { readFile } from 'node:fs/promises';
import { ClientSecretPost, modifyAssertion, PrivateKeyJwt } from 'oauth4webapi';
import type { ClientAuth } from 'oauth4webapi';
import { RollkeeperError } from '../directory/error.ts';
import { readingFailed } from '../settings/files.ts';
import type { Credential } from '../settings/settings.ts';
import { readCertificate } from './certificate.ts';

/** How the application proves who it is, for one token request. */
export interface ClientProof {
  readonly authenticate: ClientAuth;
  /** What no message may repeat. */
  readonly secrets: readonly string[];
}

export type ConfiguredCredential = Exclude<Credential, { readonly kind: 'given' }>;

/** Reads the credential, its file anew each time, so that a renewed one is taken up. `settings.invalid` where it cannot. */
export async function prove(
  credential: ConfiguredCredential,
  tokenUrl: string,
  now: number,
): Promise<ClientProof> {
  if (credential.kind === 'secret') return bySecret(credential.secret);
  const text = await readCredentialFile(credential.file);
  if (credential.kind === 'secret-file') return bySecret(text);
  if (credential.kind === 'federated') return byAssertion(text);
  return byCertificate(text, credential.file, tokenUrl, now);
}

function bySecret(secret: string): ClientProof {
  return { authenticate: ClientSecretPost(secret), secrets: [secret] };
}

/** A JWT that another issuer signed. https://learn.microsoft.com/entra/workload-id/workload-identity-federation */
function byAssertion(assertion: string): ClientProof {
  const authenticate: ClientAuth = (_server, client, body) => {
    body.set('client_id', client.client_id);
    body.set('client_assertion_type', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
    body.set('client_assertion', assertion);
  };
  return { authenticate, secrets: [assertion] };
}

/** A JWT that we sign, good for ten minutes. https://learn.microsoft.com/entra/identity-platform/certificate-credentials */
function byCertificate(pem: string, file: string, tokenUrl: string, now: number): ClientProof {
  const { key, thumbprint } = readCertificate(pem, file, now);
  const issued = Math.floor(now / 1000);
  const authenticate = PrivateKeyJwt(key, {
    [modifyAssertion]: (header, payload) => {
      Object.assign(header, { alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint });
      Object.assign(payload, { aud: tokenUrl, nbf: issued, iat: issued, exp: issued + 600 });
    },
  });
  return { authenticate, secrets: [] };
}

async function readCredentialFile(file: string): Promise<string> {
  const remedy =
    'Correct the path in the settings, or make the file readable to the user that runs Rollkeeper.';
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const message = `The credential file ${file} ${readingFailed(error)}.`;
    throw new RollkeeperError('settings.invalid', message, {
      remedy,
      cause: error,
      facts: { file },
    });
  }
  if (text.trim() !== '') return text.trim();
  const message = `The credential file ${file} is empty.`;
  throw new RollkeeperError('settings.invalid', message, { remedy, facts: { file } });
}
