/** Why Graph refuses, and what to do. */
export interface Finding {
  readonly cause: string;
  readonly remedy: string;
  /** true: it passes by itself, and trying again helps. Absent: not before the cause is mended. */
  readonly passes?: true;
}

const newToken: Finding = {
  cause:
    'Graph does not accept the token: it is expired, damaged, or made for another service or cloud',
  remedy:
    "Check that this machine's clock is right and that MSGRAPH_CLOUD is the tenant's cloud, then run again; a new token was tried already.",
};
const restart: Finding = {
  cause: 'The place in the list has expired, so the list cannot be read to its end from here',
  remedy: 'Run again: the list is then read from its beginning.',
  passes: true,
};
const resync: Finding = {
  cause: 'Graph no longer knows the state that changes were asked for since',
  remedy: 'Run again: everything is then read anew. Nothing is removed on account of this.',
  passes: true,
};
const transient: Finding = {
  cause: 'Microsoft Graph, or something between here and there, is out of order for the moment',
  remedy:
    'Run again later. If it lasts, look at the Microsoft 365 service health page, or give the request id to Microsoft support.',
  passes: true,
};
const throttled: Finding = {
  cause: 'Graph is slowing this application or tenant down because of too many requests',
  remedy:
    'Run again later; find out what else reads this tenant with the same application, or run less often.',
  passes: true,
};
const query: Finding = {
  cause: 'Graph does not understand the request',
  remedy:
    'Check the names in MSGRAPH_EXTRA_ATTRIBUTES. If they are right, report the request and the request id as a fault of Rollkeeper.',
};
const missing: Finding = {
  cause: 'What was asked for does not exist in this tenant, no longer or not yet',
  remedy:
    'Check the id, and that it belongs to this tenant. What was made a moment ago can take a minute to appear.',
};

/** By Graph's codes, in lower case. https://learn.microsoft.com/graph/errors */
export const byCode: Readonly<Record<string, Finding>> = {
  invalidauthenticationtoken: newToken,
  authentication_missingormalformed: newToken,
  authentication_expiredtoken: newToken,
  authentication_unauthorized: newToken,
  unauthenticated: newToken,
  authorization_identitynotfound: {
    cause:
      'The application is not present in this tenant: nobody consented to it, or it was deleted there',
    remedy: 'Have an administrator of the tenant grant consent, and check MSGRAPH_TENANT_ID.',
  },
  authorization_identitydisabled: {
    cause: 'The application is switched off in this tenant',
    remedy:
      'Have an administrator enable sign-in under Enterprise applications in Microsoft Entra.',
  },
  authentication_requestfromnonpremiumtenantorb2ctenant: {
    cause: 'An attribute was asked for that needs a premium licence the tenant does not have',
    remedy: 'Remove the attribute from MSGRAPH_EXTRA_ATTRIBUTES.',
  },
  directory_quotaexceeded: {
    cause: 'A quota of the directory is used up',
    remedy: 'Have an administrator of the tenant look at its directory quota.',
  },
  request_resourcenotfound: missing,
  resourcenotfound: missing,
  itemnotfound: missing,
  request_badrequest: query,
  badrequest: query,
  invalidrequest: query,
  request_unsupportedquery: query,
  expandnotsupported: query,
  directory_resultsizelimitexceeded: {
    cause: 'The answer would be too large for Graph',
    remedy: 'Choose a smaller scope, or report the request as a fault of Rollkeeper.',
  },
  directory_expiredpagetoken: restart,
  directorypagetokennotfoundexception: restart,
  syncstatenotfound: resync,
  resyncrequired: resync,
  resyncapplydifferences: resync,
  resyncuploaddifferences: resync,
  directory_concurrencyviolation: {
    cause: 'The object was being changed by somebody else, again and again',
    remedy: 'Run again later.',
    passes: true,
  },
  toomanyrequests: throttled,
  activitylimitreached: throttled,
  request_throttledtemporarily: throttled,
  notimplemented: {
    cause: 'Graph does not give one of the attributes in a list',
    remedy: 'Remove it from MSGRAPH_EXTRA_ATTRIBUTES.',
  },
  generalexception: transient,
  internalservererror: transient,
  service_internalservererror: transient,
  servicenotavailable: transient,
  directory_replicaunavailable: transient,
};

const byStatus: Readonly<Record<number, Finding>> = {
  401: newToken,
  404: missing,
  410: resync,
  424: transient,
  429: throttled,
  501: {
    cause: 'Graph does not offer what was asked for',
    remedy: 'Remove what was added last from MSGRAPH_EXTRA_ATTRIBUTES.',
  },
  509: throttled,
};

/**
 * The finding for the most specific code that has one, and that code as Graph spelt it; else the one for the status.
 * `codes` come outermost first.
 */
export function diagnose(
  status: number,
  codes: readonly string[],
): Finding & { readonly code: string | null } {
  const code = codes.findLast((one) => one.toLowerCase() in byCode) ?? null;
  const known = code === null ? undefined : byCode[code.toLowerCase()];
  const finding = known ?? byStatus[status] ?? (status >= 500 ? transient : query);
  return { ...finding, code: code ?? codes[0] ?? null };
}
