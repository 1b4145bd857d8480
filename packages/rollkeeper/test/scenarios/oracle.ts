import type { DirectoryUser, Simulator } from 'entra-simulator';

import type { Row } from './scenario.ts';

/** What a connection asks for, as far as it decides what its rows are. */
export interface Asked {
  readonly scope: 'group' | 'direct' | 'everyone';
  readonly disabledUsers: 'keep' | 'remove';
  /** The id of a group that is kept beside the scope; null: none is. */
  readonly kept: string | null;
}

const reasons = ['left_scope', 'disabled', 'soft_deleted', 'permanently_deleted'] as const;
type Reason = (typeof reasons)[number];

/** What the rows must be, by the tenant alone; it remembers whom runs have seen, and nothing of what they said. */
export class Oracle {
  readonly #tenant: Simulator['tenant'];
  readonly #groupId: string;
  readonly #asked: Asked;
  /** Everyone who ever was in scope, with why they no longer are; null: they are. */
  readonly #seen = new Map<string, Reason | null>();

  constructor({ tenant }: Simulator, groupId: string, asked: Asked) {
    this.#tenant = tenant;
    this.#groupId = groupId;
    this.#asked = asked;
  }

  /** Who should be in scope now. */
  scope(): ReadonlySet<string> {
    const { disabledUsers } = this.#asked;
    const kept = ({ accountEnabled }: DirectoryUser): boolean =>
      disabledUsers === 'keep' || accountEnabled !== false;
    return new Set(this.#named().flatMap((user) => (kept(user) ? [user.id] : [])));
  }

  /** A run was applied, and these are in scope since: all who should be, unless a removal is held. */
  applied(scope: ReadonlySet<string> = this.scope()): void {
    for (const id of scope) this.#seen.set(id, null);
    const named = new Set(this.#named().map(({ id }) => id));
    const deleted = new Set(this.#tenant.deletedUsers().map(({ id }) => id));
    for (const [id, before] of this.#seen) {
      if (scope.has(id)) continue;
      const now = this.#reason(id, named, deleted);
      if (before === null || reasons.indexOf(now) > reasons.indexOf(before))
        this.#seen.set(id, now);
    }
  }

  /** A run was applied while the tenant changed: what it saw of that is taken from the rows, this once. */
  believed(scope: ReadonlySet<string>, deleted: readonly Row[]): void {
    for (const id of scope) this.#seen.set(id, null);
    for (const { deleted_reason, id } of deleted) {
      const reason = reasons.find((one) => one === deleted_reason);
      if (reason !== undefined) this.#seen.set(String(id), reason);
    }
  }

  /** A line for each row that an application joins to. */
  lines(): readonly string[] {
    const scope = this.scope();
    const lines: string[] = [];
    for (const id of scope) lines.push(...this.#linesOf(id));
    for (const [id, reason] of this.#seen) {
      lines.push(`person ${id} ${this.#statusOf(id, reason)}`);
      if (reason !== null) lines.push(`deleted ${id} ${reason}`);
    }
    return [...new Set([...lines, ...this.#groupLines(scope)])].toSorted();
  }

  #linesOf(id: string): readonly string[] {
    const user = this.#tenant.user(id);
    if (user === undefined) return [];
    const { accountEnabled, department, displayName, jobTitle, mail, userPrincipalName } = user;
    const values = [userPrincipalName, displayName, mail, jobTitle, department];
    const line = `user ${id} ${JSON.stringify(values)} ${Number(accountEnabled)}`;
    const manager = this.#managerOf(id);
    if (manager === undefined) return [line];
    const link = `supervisor ${id} ${manager.id}`;
    if (this.#seen.has(manager.id)) return [line, link];
    const names = [manager.userPrincipalName, manager.displayName, manager.mail];
    return [line, link, `outside ${manager.id} ${JSON.stringify(names)}`];
  }

  /** Not while they are deleted. */
  #managerOf(id: string): DirectoryUser | undefined {
    const manager = this.#tenant.managerIdOf(this.#tenant.roster.indexOfId(id) ?? -1);
    return manager === null ? undefined : this.#tenant.user(manager);
  }

  #statusOf(id: string, reason: Reason | null): string {
    if (reason === 'left_scope') return 'left';
    if (reason === 'disabled') return 'disabled';
    if (reason !== null) return 'deleted';
    return this.#tenant.user(id)?.accountEnabled === false ? 'disabled' : 'active';
  }

  #reason(id: string, named: ReadonlySet<string>, deleted: ReadonlySet<string>): Reason {
    if (named.has(id)) return 'disabled';
    if (this.#tenant.user(id) !== undefined) return 'left_scope';
    return deleted.has(id) ? 'soft_deleted' : 'permanently_deleted';
  }

  /** Whom the scope names, disabled or not. */
  #named(): readonly DirectoryUser[] {
    if (this.#asked.scope === 'everyone') return [...this.#tenant.users()];
    const members = [...this.#closure()].flatMap((group) => this.#tenant.members(group));
    const ids = new Set(members.map(({ id }) => id));
    return [...ids].flatMap((id) => this.#tenant.user(id) ?? []);
  }

  /** The group and those in it, by its members. */
  #closure(): ReadonlySet<string> {
    if (this.#asked.scope === 'everyone') return new Set();
    const found = new Set([this.#groupId]);
    if (this.#asked.scope === 'direct') return found;
    for (const group of found) {
      for (const { id, kind } of this.#tenant.members(group)) if (kind === 'group') found.add(id);
    }
    return found;
  }

  #groupLines(scope: ReadonlySet<string>): readonly string[] {
    const closure = this.#closure();
    const { kept } = this.#asked;
    const groups = new Set(kept === null ? closure : [...closure, kept]);
    return [...groups].flatMap((group) => [
      `group ${group} ${this.#tenant.group(group)?.displayName} ${Number(closure.has(group))}`,
      ...this.#tenant
        .members(group)
        .filter(({ id }) => scope.has(id) || groups.has(id))
        .map(({ id, kind }) => `membership ${group} ${id} ${kind}`),
    ]);
  }
}

const text = (value: unknown): string => String(value);

/**
 * The rows in the same words. Managers outside the scope are kept longer than they are needed, by people who are gone: of
 * those rows, only the needed ones are told.
 */
export function linesOf(select: (sql: string) => readonly Row[]): readonly string[] {
  const users = select(
    `SELECT id, user_principal_name, display_name, mail, job_title, department, account_enabled
       FROM microsoft_graph_users`,
  ).map(({ account_enabled, id, ...values }) => {
    const inOrder = ['user_principal_name', 'display_name', 'mail', 'job_title', 'department'];
    const stated = JSON.stringify(inOrder.map((name) => values[name]));
    return `user ${text(id)} ${stated} ${Number(account_enabled)}`;
  });
  const links = select('SELECT user_id, supervisor_id FROM microsoft_graph_user_supervisors');
  const needed = new Set(links.map(({ supervisor_id }) => supervisor_id));
  const people = select(
    'SELECT id, user_principal_name, display_name, mail, status FROM microsoft_graph_people',
  ).flatMap(({ display_name, id, mail, status, user_principal_name }) => {
    if (status !== 'outside') return [`person ${text(id)} ${text(status)}`];
    const names = JSON.stringify([user_principal_name, display_name, mail]);
    return needed.has(id) ? [`outside ${text(id)} ${names}`] : [];
  });
  const told = (name: string, sql: string): readonly string[] =>
    select(sql).map((row) => [name, ...Object.values(row).map(text)].join(' '));
  return [
    ...users,
    ...people,
    ...told('deleted', 'SELECT id, deleted_reason FROM microsoft_graph_deleted_users'),
    ...links.map(
      ({ supervisor_id, user_id }) => `supervisor ${text(user_id)} ${text(supervisor_id)}`,
    ),
    ...told('group', 'SELECT id, display_name, in_closure FROM microsoft_graph_groups'),
    ...told(
      'membership',
      'SELECT group_id, member_id, member_kind FROM microsoft_graph_memberships',
    ),
  ].toSorted();
}
