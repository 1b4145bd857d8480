import { RollkeeperError } from '../directory/error.ts';
import type { ErrorCode } from '../directory/error.ts';
import { decodeId, decodeUser } from '../graph/decode.ts';
import type { Selection } from '../graph/decode.ts';
import type { Graph, JsonObject } from '../graph/graph.ts';
import { queries } from '../graph/queries.ts';
import type { FoundScope } from '../run/scope.ts';
import { findScope } from '../run/scope.ts';
import type { Connection } from '../run/parts.ts';
import type { TenantSettings } from '../settings/settings.ts';
import type { Fault } from '../settings/variable.ts';
import type { Store } from '../store/store.ts';

/** The preconditions, in the order in which they are looked at. */
export const steps = [
  'settings',
  'clock',
  'login host',
  'token',
  'tenant',
  'permissions',
  'group',
  'database',
] as const;
export type Step = (typeof steps)[number];

/** What was found about one precondition. */
export interface Finding {
  readonly step: Step;
  /** `warning`: it works and should still be looked at. `skipped`: what it needs failed before. */
  readonly state: 'ok' | 'warning' | 'failed' | 'skipped';
  /** What is so; of a failure, its cause. */
  readonly message: string;
  /** What to do next. */
  readonly remedy?: string;
  /** Microsoft's request id, to quote to their support. */
  readonly requestId?: string;
  /** The stable code of a failure. */
  readonly code?: ErrorCode;
}

/** What is looked at; nothing of it is written to but the database's own schema. */
export interface Subject {
  readonly settings: TenantSettings;
  readonly connection: Connection;
  readonly graph: Graph;
  readonly token: (signal: AbortSignal) => Promise<string>;
  /** Roles that a token names; null where it cannot be told. A hint, never a proof. */
  readonly rolesOf: (token: string) => readonly string[] | null;
  readonly openStore: () => Promise<Store>;
  readonly fetch: typeof fetch;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

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
  for (const step of steps.slice(1)) {
    yield { step, state: 'skipped', message: 'The settings come first.' };
  }
}

/** Looks at one precondition after the other, in the order of `steps`. */
export async function* diagnose(subject: Subject): AsyncGenerator<Finding> {
  yield { step: 'settings', state: 'ok', message: 'Complete.' };
  yield* await lookAtLogin(subject);
  const token = await attempt('token', async () => await subject.token(subject.signal));
  if (token.finding) {
    yield token.finding;
    for (const step of ['tenant', 'permissions', 'group'] as const) {
      yield { step, state: 'skipped', message: 'It needs a token.' };
    }
  } else {
    yield { step: 'token', state: 'ok', message: 'The login host gave a token.' };
    yield* lookAtGraph(subject, token.value);
  }
  yield* lookAtDatabase(subject);
}

async function* lookAtGraph(subject: Subject, token: string): AsyncGenerator<Finding> {
  yield await lookAtTenant(subject);
  yield* lookAtPermissions(subject, token);
  yield* lookAtGroup(subject);
}

const skewLimitMs = 5 * 60 * 1000;

async function lookAtLogin({ settings, fetch, now, signal }: Subject): Promise<readonly Finding[]> {
  const url = `${settings.loginUrl}/${settings.tenant}/v2.0/.well-known/openid-configuration`;
  const answer = await attempt('login host', async () => {
    try {
      return await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(20_000)]) });
    } catch (error) {
      throw new RollkeeperError(
        'token.unreachable',
        `${settings.loginUrl} could not be reached: ${causeOf(error)}.`,
        {
          remedy:
            'Check the name, the network, the proxy (HTTPS_PROXY is obeyed with NODE_USE_ENV_PROXY=1) and MSGRAPH_CLOUD.',
          cause: error,
        },
      );
    }
  });
  if (answer.finding) {
    return [
      { step: 'clock', state: 'skipped', message: 'The login host tells the time.' },
      answer.finding,
    ];
  }
  await answer.value.body?.cancel();
  const told = Date.parse(answer.value.headers.get('date') ?? '');
  const reached: Finding = {
    step: 'login host',
    state: 'ok',
    message: `${settings.loginUrl} answers.`,
  };
  return [clock(told, now()), reached];
}

function clock(told: number, now: number): Finding {
  if (Number.isNaN(told)) {
    return { step: 'clock', state: 'warning', message: 'The login host did not tell the time.' };
  }
  const seconds = Math.round((now - told) / 1000);
  if (Math.abs(now - told) <= skewLimitMs) {
    return {
      step: 'clock',
      state: 'ok',
      message: `Within ${Math.abs(seconds)} s of the login host's.`,
    };
  }
  return {
    step: 'clock',
    state: 'failed',
    message: `This machine's clock is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} the login host's; tokens and assertions outside their time are refused.`,
    remedy: 'Set the clock, and keep it set by NTP.',
    code: 'token.refused',
  };
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

type Attempt<Value> =
  | { readonly finding: Finding }
  | { readonly finding?: never; readonly value: Value };

/** What went wrong on purpose becomes a finding; anything else is a defect of ours and is thrown. */
async function attempt<Value>(step: Step, look: () => Promise<Value>): Promise<Attempt<Value>> {
  try {
    return { value: await look() };
  } catch (error) {
    if (!(error instanceof RollkeeperError) || error.code === 'interrupted') throw error;
    const { where, code, message, remedy } = error;
    const codeText = where?.graphCode === undefined ? '' : ` [${where.graphCode}]`;
    return {
      finding: {
        step,
        state: 'failed',
        message: `${message}${message.includes(where?.graphCode ?? '\n') ? '' : codeText}`,
        remedy,
        code,
        ...(where?.requestId === undefined ? {} : { requestId: where.requestId }),
      },
    };
  }
}

function causeOf(error: unknown): string {
  let deepest = error;
  while (deepest instanceof Error && deepest.cause instanceof Error) deepest = deepest.cause;
  return deepest instanceof Error ? deepest.message : String(deepest);
}
