import { X509Certificate } from 'node:crypto';
import type { FederatedCredential, SimulatorOptions } from '../options.ts';
import { guidOf, mix } from '../tenant/hash.ts';

/** The application registered in the tenant; what administrators change can be changed while it serves. */
export interface Application {
  readonly clientId: string;
  readonly clientSecret: string;
  /** The id of the service principal, `oid` in its tokens. */
  readonly servicePrincipalId: string;
  readonly certificate: X509Certificate | undefined;
  readonly federated:
    | (Required<Pick<FederatedCredential, 'issuer' | 'subject' | 'audience'>> & FederatedCredential)
    | undefined;
  /** Whether the secret has run out. */
  secretExpired: boolean;
  /** Whether an administrator disabled it. */
  disabled: boolean;
  /** Whether an administrator consented; without, the tenant does not know the application. */
  consented: boolean;
  /** The granted application permissions; a token carries those of the moment it was issued. */
  permissions: readonly string[];
}

/** Sets an application up from the options of a simulator. */
export function registerApplication(options: SimulatorOptions): Application {
  const seed = options.seed ?? 1;
  const { credentials = {} } = options;
  const { federated, certificatePem } = credentials;
  return {
    clientId: credentials.clientId ?? guidOf(seed + 1000, 2),
    clientSecret:
      credentials.clientSecret ?? `sim~${mix(seed, 3).toString(36)}.${mix(seed, 4).toString(36)}`,
    servicePrincipalId: guidOf(seed + 1000, 3),
    certificate: certificatePem === undefined ? undefined : new X509Certificate(certificatePem),
    federated:
      federated === undefined
        ? undefined
        : { ...federated, audience: federated.audience ?? 'api://AzureADTokenExchange' },
    secretExpired: credentials.secretExpired ?? false,
    disabled: credentials.disabled ?? false,
    consented: options.consented ?? true,
    permissions: options.permissions ?? ['User.Read.All', 'GroupMember.Read.All'],
  };
}
