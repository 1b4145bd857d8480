import type { Credential, TokenCredential } from './settings.ts';
import type { Fault, Found, Source, Variable } from './variable.ts';
import { find, findFallBack } from './variable.ts';

const kinds = {
  MSGRAPH_CLIENT_SECRET: 'secret',
  MSGRAPH_CLIENT_SECRET_FILE: 'secret-file',
  MSGRAPH_CLIENT_CERTIFICATE_FILE: 'certificate',
  MSGRAPH_FEDERATED_TOKEN_FILE: 'federated',
} as const satisfies Partial<Record<Variable, Credential['kind']>>;
type CredentialVariable = keyof typeof kinds;

const names = Object.keys(kinds).filter((name): name is CredentialVariable => name in kinds);

/** A credential that is configured, and where. */
export interface FoundCredential extends Found {
  readonly kind: (typeof kinds)[CredentialVariable];
}

/** All that are set: ours, or where none of ours is set those of the Azure tools. */
export function foundCredentials(source: Source): readonly FoundCredential[] {
  const gather = (
    lookUp: (source: Source, name: CredentialVariable) => Found | null,
  ): readonly FoundCredential[] =>
    names.flatMap((name) => {
      const found = lookUp(source, name);
      return found === null ? [] : [{ ...found, kind: kinds[name] }];
    });
  const ours = gather(find);
  return ours.length > 0 ? ours : gather(findFallBack);
}

/** The one credential, or what is wrong with there being none or several. */
export function readCredential(
  source: Source,
  given: TokenCredential | undefined,
): Credential | Fault {
  const found = foundCredentials(source);
  if (given !== undefined) return credentialGiven(given, found);
  const [first] = found;
  if (first === undefined) {
    return {
      variable: 'MSGRAPH_CLIENT_SECRET',
      fault: 'is not set, nor is any other credential',
      remedy: `Set one of ${names.join(', ')}.`,
    };
  }
  if (found.length > 1) {
    return {
      variable: found.map(({ variable }) => variable).join(' and '),
      fault: 'are set together; which of them to use is not for Rollkeeper to guess',
      remedy: 'Keep one credential and unset the rest.',
    };
  }
  if (first.kind === 'secret') return { kind: 'secret', secret: first.value };
  return { kind: first.kind, file: first.value };
}

function credentialGiven(
  credential: TokenCredential,
  found: readonly FoundCredential[],
): Credential | Fault {
  const ours = found.filter(({ variable }) => variable.startsWith('MSGRAPH_'));
  if (ours.length === 0) return { kind: 'given', credential };
  return {
    variable: ours.map(({ variable }) => variable).join(' and '),
    fault: 'is set although the application gives a credential of its own',
    remedy: 'Keep one of the two.',
  };
}
