import type { Finding } from '../graph/doctor.ts';

const consent: Finding = {
  cause: 'Nobody with the right to do so has consented to the application in this tenant',
  remedy:
    'Have an administrator of the tenant open the consent address (rollkeeper consent) and accept.',
};
const unknownApplication: Finding = {
  cause:
    'The tenant does not know the application: its id or the tenant is wrong, or nobody consented yet',
  remedy:
    'Compare MSGRAPH_APPLICATION_ID and MSGRAPH_TENANT_ID with the app registration; if they are right, have an administrator of the tenant grant consent (rollkeeper consent).',
};
const disabledApplication: Finding = {
  cause: 'The application is disabled',
  remedy: 'Have an administrator enable it under Enterprise applications in Microsoft Entra.',
};
const tenantForm: Finding = {
  cause: 'The tenant is missing or not written as Entra expects it',
  remedy: 'Set MSGRAPH_TENANT_ID to the tenant id (a GUID) or to a verified domain of the tenant.',
};
const tenantEndpoint: Finding = {
  cause: 'The request does not name one tenant, as an application without a user must',
  remedy: 'Set MSGRAPH_TENANT_ID to the tenant id; common and organizations do not do.',
};
const permissions: Finding = {
  cause: 'The API permissions of the app registration do not fit the request',
  remedy:
    'Give the registration User.Read.All and GroupMember.Read.All of Microsoft Graph as application permissions, and grant admin consent.',
};
const resource: Finding = {
  cause: 'Microsoft Graph is not to be had in this tenant under the address that was asked for',
  remedy: "Check that MSGRAPH_CLOUD, or MSGRAPH_GRAPH_URL, is that of the tenant's cloud.",
};
const scope: Finding = {
  cause: 'The scope of the token request is not valid',
  remedy: 'Unset MSGRAPH_GRAPH_URL, or set it to the Graph address of the cloud without a path.',
};
const assertion: Finding = {
  cause:
    'Entra does not accept the signed assertion: the certificate is not the one it has, or not valid now',
  remedy:
    "Upload the certificate (without its key) to the app registration, check its dates, and check this machine's clock.",
};
const federation: Finding = {
  cause: 'No federated credential of the app registration matches the token of the other issuer',
  remedy:
    'Compare issuer, subject and audience (api://AzureADTokenExchange) of the federated credential with those of the token.',
};
const blocked: Finding = {
  cause: 'A Conditional Access or security policy of the tenant blocks the application',
  remedy:
    'Have an administrator exempt the application, or the address it runs at, from the policy.',
};
const wrongAccount: Finding = {
  cause: 'The account that signed in does not belong to the tenant',
  remedy: 'Sign in as an administrator of the tenant itself.',
};
const tooMany: Finding = {
  cause: 'Too many tokens were asked for',
  remedy: 'Wait some minutes; find out what else asks for tokens with the same application.',
  passes: true,
};
const passing: Finding = {
  cause: 'Entra is out of order for the moment',
  remedy: 'Run again in some minutes.',
  passes: true,
};

/** By the number after `AADSTS`. https://learn.microsoft.com/entra/identity-platform/reference-error-codes */
export const byNumber: Readonly<Record<number, Finding>> = {
  7000215: {
    cause: "The client secret is wrong; often the secret's id was pasted in place of its value",
    remedy:
      'Make a new client secret in the app registration and set MSGRAPH_CLIENT_SECRET to its value, which is shown only once.',
  },
  7000222: {
    cause: 'The client secret has expired',
    remedy: 'Make a new client secret in the app registration, or use a certificate.',
  },
  7000218: {
    cause: 'The request brought no credential',
    remedy: 'Set MSGRAPH_CLIENT_SECRET, or another credential.',
  },
  700016: unknownApplication,
  700011: unknownApplication,
  7000112: disabledApplication,
  70001: disabledApplication,
  90002: {
    cause: 'There is no such tenant in this cloud',
    remedy: 'Check MSGRAPH_TENANT_ID, and MSGRAPH_CLOUD if the tenant is in a national cloud.',
  },
  900023: tenantForm,
  90013: tenantForm,
  90038: {
    cause: 'The tenant belongs to another national cloud',
    remedy: "Set MSGRAPH_CLOUD to the tenant's cloud.",
  },
  50059: tenantForm,
  50128: tenantForm,
  90019: tenantForm,
  50194: tenantEndpoint,
  9001023: tenantEndpoint,
  650059: {
    cause: 'The app registration is for its own tenant only',
    remedy: 'Register the application in this tenant, or make the registration multitenant.',
  },
  65001: consent,
  65004: {
    cause: 'The administrator declined to consent',
    remedy: 'Ask again (rollkeeper consent); the page says what is read and why.',
  },
  90094: consent,
  90095: consent,
  650056: permissions,
  650057: permissions,
  65005: permissions,
  650052: {
    cause: 'The organisation does not have the service that the application needs',
    remedy: 'Have an administrator of the tenant look at its subscriptions.',
  },
  500011: resource,
  50001: resource,
  500014: resource,
  70011: scope,
  28002: scope,
  1002012: scope,
  700022: scope,
  700023: scope,
  700027: assertion,
  50012: assertion,
  50013: assertion,
  500133: assertion,
  700030: assertion,
  50027: assertion,
  900384: assertion,
  700025: {
    cause: 'The app registration is that of a public client, which must not use credentials',
    remedy: 'Switch off "Allow public client flows" in the app registration.',
  },
  700229: federation,
  70021: federation,
  53003: blocked,
  530032: blocked,
  50034: wrongAccount,
  50020: wrongAccount,
  90055: tooMany,
  50196: tooMany,
  90033: passing,
  90006: passing,
  90012: passing,
  90024: passing,
  90090: passing,
  50033: passing,
};

/** Whether the number stands for something that passes by itself. */
export function isPassing(number: number): boolean {
  return byNumber[number] === passing;
}

/** What is behind an `AADSTS` number, or failing that behind the OAuth error, and what to do. */
export function findingFor(number: number | null, error: string | null): Finding {
  if (number !== null) return byNumber[number] ?? unknownNumber(number);
  if (error === 'invalid_client') {
    return {
      cause: 'Entra does not accept the credential of the application',
      remedy: 'Check the credential, and that it belongs to MSGRAPH_APPLICATION_ID.',
    };
  }
  return {
    cause: 'The answer does not say why in a form that is known',
    remedy:
      'Check MSGRAPH_TENANT_ID, MSGRAPH_CLOUD and MSGRAPH_LOGIN_URL, and look for a proxy on the way.',
  };
}

const unknownNumber = (number: number): Finding => ({
  cause: `Entra explains its number at https://login.microsoftonline.com/error?code=${number}`,
  remedy: `Look up https://login.microsoftonline.com/error?code=${number} and follow it.`,
});
