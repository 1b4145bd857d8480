import { decodeId, decodeUser } from '../graph/decode.ts';
import type { Selection } from '../graph/decode.ts';
import type { Graph, JsonObject } from '../graph/graph.ts';
import { queries } from '../graph/queries.ts';
import type { FoundScope } from '../run/scope.ts';
import { findScope } from '../run/scope.ts';
import type { Fault } from '../settings/variable.ts';
import { attempt, steps } from './finding.ts';
import type { Finding, Step } from './finding.ts';
import { lookAtLogin } from './login-host.ts';
import type { Subject } from './subject.ts';

/** The faults of settings as findings; everything else is skipped. */
export function* findFaults(faults: readonly Fault[]): Generator<Finding> {
  for (const { variable, fault, remedy } of faults) {
    yield {
      step: 'settings',
      state: 'failed',
      message: `${variable} ${fault}.`,
      remedy,
      code: 'settings.invalid',
    };
  }
  yield* skipped(steps.slice(1), 'The settings come first.');
}

/** Looks at one precondition after the other, in the order of `steps`. */
export async function* diagnose(subject: Subject): AsyncGenerator<Finding> {
  yield { step: 'settings', state: 'ok', message: 'Complete.' };
  const login = await lookAtLogin(subject);
  yield* login;
  const reached = login.some(({ step, state }) => step === 'login host' && state === 'ok');
  // A credential that was given asks wherever it likes.
  if (reached || subject.settings.credential.kind === 'given') yield* lookBehindToken(subject);
  else yield* skipped(['token', 'tenant', 'permissions', 'group'], 'It needs the login host.');
  yield* lookAtDatabase(subject);
}

async function* lookBehindToken(subject: Subject): AsyncGenerator<Finding> {
  const token = await attempt('token', async () => await subject.token(subject.signal));
  if (token.finding) {
    yield token.finding;
    yield* skipped(['tenant', 'permissions', 'group'], 'It needs a token.');
    return;
  }
  yield { step: 'token', state: 'ok', message: 'The login host gave a token.' };
  yield* lookAtGraph(subject, token.value);
}

function* skipped(which: readonly Step[], message: string): Generator<Finding> {
  for (const step of which) yield { step, state: 'skipped', message };
}

async function* lookAtGraph(subject: Subject, token: string): AsyncGenerator<Finding> {
  yield await lookAtTenant(subject);
  yield* lookAtPermissions(subject, token);
  yield* lookAtGroup(subject);
}

async function lookAtTenant({ graph, settings, signal }: Subject): Promise<Finding> {
  const answer = await attempt(
    'tenant',
    async () => await graph.get(queries.organization(), { signal }),
  );
  if (answer.finding) return answer.finding;
  const { value } = answer.value;
  const [organization] = Array.isArray(value) ? (value as readonly JsonObject[]) : [];
  const id = typeof organization?.['id'] === 'string' ? organization['id'] : '';
  const name = typeof organization?.['displayName'] === 'string' ? organization['displayName'] : '';
  if (settings.tenant.includes('.') || settings.tenant === id.toLowerCase()) {
    return { step: 'tenant', state: 'ok', message: `${name} (${id}).` };
  }
  return {
    step: 'tenant',
    state: 'failed',
    message: `The token is for the tenant ${name} (${id}), the settings name ${settings.tenant}.`,
    remedy:
      'Set MSGRAPH_TENANT_ID to the tenant that gave consent, or give consent in the one that is set.',
    code: 'token.refused',
  };
}

/** What a run asks of Graph, each once and small, with the permission it needs. */
const probes = (selection: Selection): readonly { permission: string; path: string }[] => [
  {
    permission: 'User.Read.All',
    path: queries.allUsers(selection, 'expand', 1),
  },
  { permission: 'User.Read.All', path: queries.deletedUsers(1) },
  { permission: 'GroupMember.Read.All', path: queries.allGroups(1) },
];

/** Enough for all that Rollkeeper reads. */
const needed: ReadonlySet<string> = new Set(['User.Read.All', 'GroupMember.Read.All']);
/** Read rights that some tenants need besides. */
const harmless: ReadonlySet<string> = new Set([
  'Member.Read.Hidden',
  'OrgContact.Read.All',
  'Organization.Read.All',
  'User.ReadBasic.All',
  'GroupMember.ReadBasic.All',
  'Group.ReadBasic.All',
]);

async function* lookAtPermissions(subject: Subject, token: string): AsyncGenerator<Finding> {
  const failures: Finding[] = [];
  for (const { permission, path } of probes(subject.connection.selection)) {
    const probe = await attempt('permissions', async () => {
      const { value } = await subject.graph.get(path, { signal: subject.signal });
      const [first] = Array.isArray(value) ? (value as readonly JsonObject[]) : [];
      if (first && path.startsWith('/users')) decodeUser(first, subject.connection.selection);
    });
    if (!probe.finding) continue;
    failures.push({ ...probe.finding, message: `${permission}: ${probe.finding.message}` });
  }
  if (failures.length > 0) yield* failures;
  else {
    yield {
      step: 'permissions',
      state: 'ok',
      message: 'Users, their managers, deleted users and groups can be read.',
    };
  }
  yield* beyondNeed(subject.rolesOf(token));
}

function* beyondNeed(roles: readonly string[] | null): Generator<Finding> {
  const more = (roles ?? []).filter((role) => !needed.has(role) && !harmless.has(role));
  if (more.length === 0) return;
  const writing = more.filter((role) => /write|manage|fullcontrol|send|accessasuser/iu.test(role));
  const sorted = [...writing, ...more.filter((role) => !writing.includes(role))];
  yield {
    step: 'permissions',
    state: 'warning',
    message:
      `The token also carries ${sorted.join(', ')}, which Rollkeeper never uses` +
      (writing.length > 0 ? `; ${writing.join(', ')} may even change the tenant.` : '.'),
    remedy: `Remove them from the app registration; ${[...needed].join(' and ')} are enough.`,
  };
}

async function* lookAtGroup({ connection, graph, signal }: Subject): AsyncGenerator<Finding> {
  const found = await attempt<FoundScope>(
    'group',
    async () => await findScope(graph, connection, null, signal),
  );
  if (found.finding) {
    yield found.finding;
    return;
  }
  const { scope, groupName } = found.value;
  if (scope.kind === 'all') {
    yield { step: 'group', state: 'ok', message: 'All users of the tenant are in scope.' };
    return;
  }
  const members = await attempt(
    'group',
    async () => await countFirstPage(graph, scope.groupId, signal),
  );
  if (members.finding) {
    yield members.finding;
    return;
  }
  const { count, more } = members.value;
  const named = `“${groupName ?? ''}” (${scope.groupId})`;
  yield count === 0
    ? {
        step: 'group',
        state: 'warning',
        message: `${named} shows no members.`,
        remedy:
          'Add people to it. If it has members, its membership may be hidden: grant Member.Read.Hidden.',
      }
    : {
        step: 'group',
        state: 'ok',
        message: `${named} has ${more ? 'more than ' : ''}${count} direct members.`,
      };
}

async function countFirstPage(
  graph: Graph,
  groupId: string,
  signal: AbortSignal,
): Promise<{ count: number; more: boolean }> {
  let count = 0;
  for await (const page of graph.pages(queries.members(groupId), { signal })) {
    if (count > 0) return { count, more: true };
    count += page.map(decodeId).length;
  }
  return { count, more: false };
}

async function* lookAtDatabase({ openStore }: Subject): AsyncGenerator<Finding> {
  const opened = await attempt('database', openStore);
  if (opened.finding) {
    yield opened.finding;
    return;
  }
  const store = opened.value;
  try {
    const tenants = await attempt('database', async () => await store.tenants());
    yield (
      tenants.finding ?? {
        step: 'database',
        state: 'ok',
        message: `${store.location} can be read and written.`,
      }
    );
  } finally {
    await store.close();
  }
}
