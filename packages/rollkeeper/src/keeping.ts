import { readFile } from 'node:fs/promises';

import { diagnose, findFaults } from './check/diagnose.ts';
import type { Finding } from './check/finding.ts';
import type { Trial } from './consent/establish.ts';
import type { Connected, OpenOptions } from './connect.ts';
import { connect, subjectOf, tenantOf } from './connect.ts';
import { RollkeeperError } from './directory/error.ts';
import { certificateEnd } from './entra/certificate.ts';
import { prove } from './entra/client.ts';
import { tokenHint } from './entra/hint.ts';
import { decodeId } from './graph/decode.ts';
import type { Graph, JsonObject } from './graph/graph.ts';
import { queries } from './graph/queries.ts';
import { knownTenant } from './run/scope.ts';
import type { Conductor } from './schedule/conductor.ts';
import type { Settings } from './settings/settings.ts';
import type { Search } from './store/search.ts';
import type { Store } from './store/store.ts';
import type { AccountFacts, CredentialFacts, Keeping } from './web/site.ts';

export interface KeepingParts {
  readonly settings: Settings;
  readonly options: OpenOptions;
  readonly conductor: Conductor;
  /** The pages' own connection to the database. */
  readonly store: () => Promise<Store & Search>;
  readonly openStore: () => Promise<Store>;
  readonly connected: () => Promise<Connected>;
  readonly tenantId: (signal: AbortSignal) => Promise<string>;
  readonly nextRun: () => Date | null;
}

/** What the pages are made from. */
export function keepingOf(parts: KeepingParts): Keeping {
  const { settings, options, conductor, store, tenantId, nextRun } = parts;
  return {
    settings,
    store,
    conductor,
    tenantId,
    nextRun,
    fetch: options.fetch ?? fetch,
    knownTenantId: async () => await knownTenantId(settings, await store()),
    check: (signal) => checkSettings(settings, { ...options, signal }, parts.openStore),
    tryTenant: async (tenant, signal) => await tryTenant(settings, options, tenant, signal),
    isMember: async (groupId, userId, signal) =>
      await isMember((await parts.connected()).graph('Normal'), groupId, userId, signal),
    account: async (userId, signal) =>
      await account((await parts.connected()).graph('Normal'), userId, signal),
    credential: async () => await credentialFacts(settings),
    prove: async (tokenUrl) =>
      settings.credential.kind === 'given'
        ? null
        : await prove(settings.credential, tokenUrl, Date.now()),
  };
}

/** The tenant's GUID as far as it is known without asking Graph. */
export async function knownTenantId(
  settings: Settings,
  store: Pick<Store, 'consentOf' | 'tenantNamed'>,
): Promise<string | null> {
  if (settings.tenant !== null) return await knownTenant(store, settings.tenant);
  if (settings.applicationId === null) return null;
  return (await store.consentOf(settings.applicationId))?.tenantId ?? null;
}

/** Goes through every precondition; where no tenant is known, that is what it finds. */
export async function* checkSettings(
  settings: Settings,
  options: OpenOptions,
  openStore: () => Promise<Store>,
): AsyncGenerator<Finding> {
  const store = settings.tenant === null ? await openStore() : null;
  let tenant: string;
  try {
    tenant = await tenantOf(settings, async () => store ?? (await openStore()));
  } catch (error) {
    if (!(error instanceof RollkeeperError) || error.code !== 'settings.invalid') throw error;
    const fault = 'is not set, and no administrator has consented here';
    yield* findFaults([{ variable: 'MSGRAPH_TENANT_ID', fault, remedy: error.remedy }]);
    return;
  } finally {
    await store?.close();
  }
  yield* diagnose(subjectOf(connect({ ...settings, tenant }, options), options, openStore));
}

/** Asks for a fresh token of this tenant and reads `/organization` with it. */
export async function tryTenant(
  settings: Settings,
  options: OpenOptions,
  tenant: string,
  signal: AbortSignal,
): Promise<Trial> {
  const { tokens, graph } = connect({ ...settings, tenant }, options);
  const token = await tokens.token(signal);
  const { value } = await graph('Normal').get(queries.organization(), { signal });
  const [organization = {}] = Array.isArray(value) ? (value as readonly JsonObject[]) : [];
  const { displayName } = organization;
  return {
    organizationId: decodeId(organization),
    displayName: typeof displayName === 'string' ? displayName : null,
    roles: tokenHint(token)?.roles ?? null,
  };
}

/** Walks the group and the groups in it until the user is found. */
async function isMember(
  graph: Graph,
  groupId: string,
  userId: string,
  signal: AbortSignal,
): Promise<boolean> {
  const seen = new Set([groupId]);
  for (const group of seen) {
    for await (const page of graph.pages(queries.members(group), { signal })) {
      for (const member of page) {
        const id = decodeId(member);
        if (id === userId) return true;
        if (member['@odata.type'] === '#microsoft.graph.group') seen.add(id);
      }
    }
  }
  return false;
}

async function account(
  graph: Graph,
  userId: string,
  signal: AbortSignal,
): Promise<AccountFacts | null> {
  try {
    const { accountEnabled, userPrincipalName } = await graph.get(queries.account(userId), {
      signal,
    });
    return {
      enabled: accountEnabled !== false,
      userPrincipalName: typeof userPrincipalName === 'string' ? userPrincipalName : null,
    };
  } catch (error) {
    if (error instanceof RollkeeperError && error.where?.status === 404) return null;
    throw error;
  }
}

async function credentialFacts({ credential, secretExpires }: Settings): Promise<CredentialFacts> {
  const { kind } = credential;
  if (kind === 'certificate') {
    return { kind, expiresAt: certificateEnd(await readFile(credential.file, 'utf8')) };
  }
  return { kind, expiresAt: kind === 'secret' || kind === 'secret-file' ? secretExpires : null };
}
