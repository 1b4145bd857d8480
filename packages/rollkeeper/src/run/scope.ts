import { RollkeeperError } from '../directory/error.ts';
import type { ObjectId } from '../directory/statement.ts';
import { decodeId } from '../graph/decode.ts';
import type { Graph, JsonObject } from '../graph/graph.ts';
import { queries } from '../graph/queries.ts';
import type { ResolvedScope } from '../read/reading.ts';
import type { Scope } from '../settings/settings.ts';
import type { Remembered, Store } from '../store/store.ts';
import type { Connection } from './parts.ts';

const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/iu;

/**
 * The tenant's GUID. A domain is resolved once, through `/organization`, and remembered.
 * https://learn.microsoft.com/graph/api/organization-list
 */
export async function identifyTenant(
  graph: Graph,
  store: Store,
  tenant: string,
  signal: AbortSignal,
): Promise<string> {
  const known = await knownTenant(store, tenant);
  if (known !== null) return known;
  const { value } = await graph.get(queries.organization(), { signal });
  const [organization] = Array.isArray(value) ? (value as readonly JsonObject[]) : [];
  const tenantId = decodeId(organization ?? {});
  await store.nameTenant(tenant.toLowerCase(), tenantId);
  return tenantId;
}

/** The tenant's GUID as far as it is known without asking Graph; null: a domain that no run has resolved. */
export async function knownTenant(
  store: Pick<Store, 'tenantNamed'>,
  tenant: string,
): Promise<string | null> {
  const name = tenant.toLowerCase();
  return guid.test(tenant) ? name : await store.tenantNamed(name);
}

/** A scope as it is remembered: another text is a change of scope, even if it names the same group. */
export function scopeText(scope: Scope): string {
  if (scope.kind === 'all') return 'all';
  return scope.kind === 'group-id' ? `id:${scope.id.toLowerCase()}` : `name:${scope.name}`;
}

export interface FoundScope {
  readonly scope: ResolvedScope;
  readonly groupName: string | null;
  readonly warnings: readonly string[];
}

/**
 * The groups that the settings name. A name is resolved once for its text: renamed in Entra, the group is
 * followed, with a warning; gone, it is never looked up by name again in silence.
 */
export async function findScope(
  graph: Graph,
  connection: Pick<Connection, 'scope' | 'membership' | 'groupsToKeep'>,
  remembered: Remembered | null,
  signal: AbortSignal,
): Promise<FoundScope> {
  const groupsToKeep = await findKept(graph, connection.groupsToKeep, remembered, signal);
  const { scope, membership } = connection;
  if (scope.kind === 'all') {
    return { scope: { kind: 'all', groupsToKeep }, groupName: null, warnings: [] };
  }
  const same = remembered !== null && remembered.scope === scopeText(scope);
  const known = same ? remembered.groupId : null;
  const group =
    known === null
      ? await findScopeGroup(graph, scope, signal)
      : await follow(graph, known, remembered?.groupName ?? known, signal);
  const renamed = known !== null && remembered?.groupName !== group.name;
  const warnings = renamed ? [renaming(scope, group, remembered?.groupName ?? '')] : [];
  return {
    scope: { kind: 'group', groupId: group.id, membership, groupsToKeep },
    groupName: group.name,
    warnings,
  };
}

/** The warning that a group goes by another name now. */
export function renaming(scope: Scope, { id, name }: FoundGroup, before: string): string {
  const advice =
    scope.kind === 'group-name'
      ? ` Set MSGRAPH_GROUP_ID_TO_SYNC=${id} to stop depending on the name.`
      : '';
  return `The group “${before}” is now called “${name}”; it was followed by its id ${id}.${advice}`;
}

/** Groups to keep by the id that their text was resolved to before, like the scope's own. */
async function findKept(
  graph: Graph,
  texts: readonly string[],
  remembered: Remembered | null,
  signal: AbortSignal,
): Promise<readonly ObjectId[]> {
  return await Promise.all(
    texts.map(async (text) => {
      const known = remembered?.groupsToKeep.find((one) => one.text === text);
      const group = known
        ? await follow(graph, known.id, text, signal)
        : await findGroup(graph, text, signal);
      return group.id;
    }),
  );
}

export interface FoundGroup {
  readonly id: ObjectId;
  readonly name: string;
}

async function findScopeGroup(
  graph: Graph,
  scope: Exclude<Scope, { kind: 'all' }>,
  signal: AbortSignal,
): Promise<FoundGroup> {
  return scope.kind === 'group-id'
    ? await groupById(graph, scope.id, signal)
    : await groupByName(graph, scope.name, signal);
}

/** A group by id or by display name. Throws `group.not_found` or `group.ambiguous`. */
export async function findGroup(
  graph: Graph,
  text: string,
  signal: AbortSignal,
): Promise<FoundGroup> {
  return guid.test(text)
    ? await groupById(graph, text, signal)
    : await groupByName(graph, text, signal);
}

async function groupById(graph: Graph, id: ObjectId, signal: AbortSignal): Promise<FoundGroup> {
  try {
    return foundGroup(await graph.get(queries.group(id), { signal }));
  } catch (error) {
    if (!(error instanceof RollkeeperError) || error.code !== 'graph.not_found') throw error;
    throw new RollkeeperError('group.not_found', `No group has the id ${id}.`, {
      remedy:
        'Copy the object id from the group’s page in the Entra admin center. If it is the right one, check that the tenant is. No row was changed.',
      cause: error,
      ...(error.where === undefined ? {} : { where: error.where }),
    });
  }
}

/** `displayName` is not unique: none, one and several are told apart. */
async function groupByName(graph: Graph, name: string, signal: AbortSignal): Promise<FoundGroup> {
  const found: FoundGroup[] = [];
  for await (const page of graph.pages(queries.groupsNamed(name), { signal })) {
    found.push(...page.map(foundGroup));
  }
  const [group, ...others] = found;
  if (group === undefined) {
    throw new RollkeeperError('group.not_found', `No group is called “${name}”.`, {
      remedy:
        'Compare the name with the group’s display name in the Entra admin center, or set MSGRAPH_GROUP_ID_TO_SYNC to its object id. No row was changed.',
    });
  }
  if (others.length > 0) {
    const candidates = found.map(({ id }) => id);
    throw new RollkeeperError(
      'group.ambiguous',
      `${found.length} groups are called “${name}”: ${candidates.join(', ')}.`,
      {
        remedy:
          'Set MSGRAPH_GROUP_ID_TO_SYNC to the id of the right one instead of MSGRAPH_GROUP_NAME_TO_SYNC. No row was changed.',
        facts: { candidates },
      },
    );
  }
  return group;
}

async function follow(
  graph: Graph,
  groupId: ObjectId,
  name: string,
  signal: AbortSignal,
): Promise<FoundGroup> {
  try {
    return foundGroup(await graph.get(queries.group(groupId), { signal }));
  } catch (error) {
    if (!(error instanceof RollkeeperError) || error.code !== 'graph.not_found') throw error;
    throw new RollkeeperError('group.gone', `The group “${name}” (${groupId}) is gone.`, {
      remedy:
        'Restore the group in the Entra admin center, or name another group in the settings. Nobody was removed and no row was changed.',
      cause: error,
      ...(error.where === undefined ? {} : { where: error.where }),
      facts: { groupId },
    });
  }
}

function foundGroup(item: JsonObject): FoundGroup {
  const name = item['displayName'];
  return { id: decodeId(item), name: typeof name === 'string' ? name : '' };
}
