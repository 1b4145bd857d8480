import { Changes } from './changes.ts';
import {
  RecordEntity,
  type DirectoryGroup,
  type DirectoryThing,
  type DirectoryUser,
  type Entity,
  type ObjectKind,
} from './directory-object.ts';
import { Group, Groups } from './groups.ts';
import { guidOf } from './hash.ts';
import type { MemberKey, Stretch } from './membership.ts';
import type { People } from './people.ts';
import { Users } from './users.ts';
import { wholeUser } from './whole-user.ts';

type Thing = { readonly kind: ObjectKind; readonly fields: DirectoryThing };

/** A pretend tenant: what stands in it, and every change made to it since it was generated. */
export class Tenant {
  readonly id: string;
  readonly displayName: string;
  /** The domains the tenant can be addressed by; the first is the default one. */
  readonly verifiedDomains: readonly string[];
  /** The id of each odd case by its name; see the README for what each is. */
  readonly oddities: Record<string, string> = {};
  /** Until it starts, nothing in it depends on the clock: the same seed gives the same tenant. */
  #started = false;
  readonly changes = new Changes();
  readonly roster: Users;
  readonly groupTable = new Groups();
  readonly #seed: number;
  readonly #now: () => number;
  readonly #things = new Map<string, Thing>();
  readonly #managers = new Map<number, string | null>();
  #given = 0;

  constructor(
    seed: number,
    people: People,
    names: readonly [name: string, ...domains: string[]],
    now: () => number,
  ) {
    this.#seed = seed;
    this.#now = now;
    this.id = guidOf(seed + 1000, 1);
    [this.displayName, ...this.verifiedDomains] = names;
    this.roster = new Users(seed, people);
  }

  /** A user who is not deleted, by id or user name. */
  user(idOrUpn: string): DirectoryUser | undefined {
    const index = this.roster.find(idOrUpn);
    return index === undefined || !this.roster.isLive(index) ? undefined : this.#whole(index);
  }

  /** Every user who is not deleted. */
  *users(): Generator<DirectoryUser> {
    for (let index = 0; index < this.roster.end; index += 1) {
      if (this.roster.isLive(index)) yield this.#whole(index);
    }
  }

  /** Every soft-deleted user. */
  deletedUsers(): DirectoryUser[] {
    return this.roster.deletedIndexes().map((index) => this.#whole(index));
  }

  createUser(fields: Partial<DirectoryUser> = {}): DirectoryUser {
    const createdDateTime = this.#instant();
    const index = this.roster.create({ createdDateTime, ...fields });
    this.changes.record({ what: 'created', id: this.roster.idOf(index) });
    return this.#whole(index);
  }

  updateUser(id: string, fields: Partial<DirectoryUser>): DirectoryUser {
    const index = this.#indexOf(id);
    const properties = this.roster.write(index, fields);
    if (properties.length > 0) {
      this.changes.record({ what: 'updated', id: this.roster.idOf(index), properties });
    }
    return this.#whole(index);
  }

  /** Soft-deletes: gone from lists, kept in the deleted items with its memberships. */
  deleteUser(id: string): void {
    const index = this.#indexOf(id);
    if (!this.roster.isLive(index)) return;
    this.roster.softDelete(index, this.#instant());
    this.changes.record({ what: 'softDeleted', id: this.roster.idOf(index) });
  }

  restoreUser(id: string): void {
    const index = this.#indexOf(id);
    if (!this.roster.isDeleted(index)) throw new Error(`user ${id} is not in the deleted items`);
    this.roster.restore(index);
    this.changes.record({ what: 'restored', id: this.roster.idOf(index) });
  }

  /** Deletes for good: memberships and links of managers go too. */
  purgeUser(id: string): void {
    const index = this.#indexOf(id);
    const purged = this.roster.idOf(index);
    for (const report of this.reportsOf(index)) this.#link(report, null);
    for (const group of this.groupTable.all()) this.#leave(group, index, purged, true);
    this.roster.purge(index);
    this.changes.record({ what: 'purged', id: purged });
  }

  setManager(id: string, managerId: string | null): void {
    if (managerId !== null && this.#keyOf(managerId) === undefined) {
      throw new Error(`no object ${managerId} to be a manager`);
    }
    this.#link(this.#indexOf(id), managerId?.toLowerCase() ?? null);
  }

  /** The id of the manager as it is kept, deleted or not. */
  managerIdOf(index: number): string | null {
    const written = this.#managers.get(index);
    if (written !== undefined) return written;
    const derived = this.roster.people.managerOf(index);
    return derived === undefined ? null : this.roster.idOf(derived);
  }

  /** The manager as it is shown: not when deleted. */
  managerOf(index: number): Entity | undefined {
    const written = this.#managers.get(index);
    if (written === null) return undefined;
    const key = written === undefined ? this.roster.people.managerOf(index) : this.#keyOf(written);
    return key === undefined ? undefined : this.entityOf(key);
  }

  /** The indexes of the users whose manager this is. */
  reportsOf(index: number): number[] {
    const id = this.roster.idOf(index);
    const derived = this.roster.people.reportsOf(index).filter((at) => !this.#managers.has(at));
    const written = [...this.#managers].filter(([, manager]) => manager === id).map(([at]) => at);
    return [...derived, ...written].filter((at) => !this.roster.isPurged(at));
  }

  /** A group that is not deleted, by id or (the first of that) name. */
  group(idOrName: string): Readonly<DirectoryGroup> | undefined {
    return this.groupTable.find(idOrName)?.fields;
  }

  /** Every group that is not deleted. */
  *groups(): Generator<Readonly<DirectoryGroup>> {
    for (const group of this.groupTable.live()) yield group.fields;
  }

  /** `stretches` are generated users by index; leave them out and add members by id. */
  createGroup(
    fields: Partial<DirectoryGroup>,
    stretches: readonly Stretch[] = [],
  ): Readonly<DirectoryGroup> {
    const id = fields.id?.toLowerCase() ?? this.#nextId();
    const group = new Group(
      {
        displayName: `group ${id.slice(0, 8)}`,
        description: null,
        mail: null,
        mailNickname: id.slice(0, 8),
        mailEnabled: false,
        securityEnabled: true,
        groupTypes: [],
        visibility: null,
        createdDateTime: this.#instant(),
        deletedDateTime: null,
        isAssignableToRole: null,
        onPremisesSyncEnabled: null,
        membershipRule: null,
        membershipRuleProcessingState: null,
        uniqueName: null,
        ...fields,
        id,
      },
      stretches,
    );
    this.groupTable.add(group);
    this.changes.record({ what: 'created', id });
    return group.fields;
  }

  updateGroup(id: string, fields: Partial<DirectoryGroup>): void {
    const group = this.#groupOf(id);
    const properties = group.write(fields);
    if (properties.length > 0) this.changes.record({ what: 'updated', id: group.id, properties });
  }

  /** Soft-deletes a group. */
  deleteGroup(id: string): void {
    const group = this.#groupOf(id);
    group.write({ deletedDateTime: this.#instant() });
    this.changes.record({ what: 'softDeleted', id: group.id });
  }

  restoreGroup(id: string): void {
    const group = this.#groupOf(id);
    group.write({ deletedDateTime: null });
    this.changes.record({ what: 'restored', id: group.id });
  }

  /** Deletes a group for good. */
  purgeGroup(id: string): void {
    const { id: purged } = this.#groupOf(id);
    for (const group of this.groupTable.all()) this.#leave(group, purged, purged, true);
    this.groupTable.remove(purged);
    this.changes.record({ what: 'purged', id: purged });
  }

  addMember(groupId: string, memberId: string): void {
    const group = this.#groupOf(groupId);
    const member = this.#keyOf(memberId);
    if (member === undefined) throw new Error(`no object ${memberId} to be a member`);
    if (group.membership.has(member)) return;
    group.membership.add(member);
    const happened = { member, memberId: this.idOf(member), added: true, purged: false };
    this.changes.record({ what: 'member', id: group.id, ...happened });
  }

  removeMember(groupId: string, memberId: string): void {
    const member = this.#keyOf(memberId);
    const group = this.#groupOf(groupId);
    if (member !== undefined) this.#leave(group, member, this.idOf(member), false);
  }

  /** The direct members that are shown. */
  members(groupId: string): { id: string; kind: ObjectKind }[] {
    const shown: { id: string; kind: ObjectKind }[] = [];
    for (const [key] of this.#groupOf(groupId).membership.from(0)) {
      const entity = this.entityOf(key);
      if (entity !== undefined) shown.push({ id: entity.id, kind: entity.kind });
    }
    return shown;
  }

  /** The ids of the users of a group and of the groups in it, each once. */
  transitiveUserIds(groupId: string): Set<string> {
    const ids = new Set<string>();
    for (const key of this.transitiveKeys(this.#groupOf(groupId))) {
      if (typeof key === 'number' && this.roster.isLive(key)) ids.add(this.roster.idOf(key));
    }
    return ids;
  }

  /** Every member of a group and of the groups in it, each once; a cycle is walked once. */
  *transitiveKeys(group: Group): Generator<MemberKey> {
    const seen = new Set<MemberKey>([group.id]);
    const open = [group];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      for (const [key] of at.membership.from(0)) {
        if (seen.has(key)) continue;
        seen.add(key);
        yield key;
        const nested = typeof key === 'string' ? this.groupTable.byId(key) : undefined;
        if (nested !== undefined && !nested.deleted) open.push(nested);
      }
    }
  }

  createContact(fields: Partial<DirectoryThing> = {}): DirectoryThing {
    return this.#createThing('orgContact', fields);
  }

  createDevice(fields: Partial<DirectoryThing> = {}): DirectoryThing {
    return this.#createThing('device', fields);
  }

  createServicePrincipal(fields: Partial<DirectoryThing> = {}): DirectoryThing {
    return this.#createThing('servicePrincipal', fields);
  }

  /** An object of a type that no client knows yet. */
  createSomethingNew(fields: Partial<DirectoryThing> = {}): DirectoryThing {
    return this.#createThing('somethingNew', fields);
  }

  /** Forgets the changes so far: the tenant as it stands is where deltas start. */
  start(): void {
    this.#started = true;
    this.changes.start();
  }

  /** The object behind a member key, unless it is deleted. */
  entityOf(key: MemberKey): Entity | undefined {
    if (typeof key === 'number')
      return this.roster.isLive(key) ? this.roster.entity(key) : undefined;
    const thing = this.#things.get(key);
    if (thing !== undefined) return new RecordEntity(thing.kind, key, thing.fields);
    const group = this.groupTable.byId(key);
    return group === undefined || group.deleted ? undefined : group.entity();
  }

  /** The object of an id, unless it is deleted. */
  entityOfId(id: string): Entity | undefined {
    const key = this.#keyOf(id);
    return key === undefined ? undefined : this.entityOf(key);
  }

  /** What kind of object a member is, deleted or not. */
  kindOf(key: MemberKey): ObjectKind {
    if (typeof key === 'number') return 'user';
    return this.#things.get(key)?.kind ?? 'group';
  }

  /** What kind of object an id belongs to, deleted or purged or not. */
  kindOfId(id: string): ObjectKind {
    return this.kindOf(this.roster.indexOfId(id) ?? id.toLowerCase());
  }

  idOf(key: MemberKey): string {
    return typeof key === 'number' ? this.roster.idOf(key) : key;
  }

  #createThing(kind: ObjectKind, fields: Partial<DirectoryThing>): DirectoryThing {
    const id = fields.id?.toLowerCase() ?? this.#nextId();
    const thing = { displayName: null, ...fields, id };
    this.#things.set(id, { kind, fields: thing });
    return thing;
  }

  #link(index: number, to: string | null): void {
    const from = this.managerIdOf(index);
    if (from === to) return;
    this.#managers.set(index, to);
    this.changes.record({ what: 'manager', id: this.roster.idOf(index), from, to });
  }

  #leave(group: Group, member: MemberKey, memberId: string, purged: boolean): void {
    if (!group.membership.remove(member)) return;
    this.changes.record({ what: 'member', id: group.id, member, memberId, added: false, purged });
  }

  #whole(index: number): DirectoryUser {
    return wholeUser(this.roster.entity(index), this.roster.written(index)?.keys() ?? []);
  }

  #keyOf(id: string): MemberKey | undefined {
    const index = this.roster.find(id);
    if (index !== undefined) return index;
    const lower = id.toLowerCase();
    return this.#things.has(lower) || this.groupTable.byId(lower) !== undefined ? lower : undefined;
  }

  #indexOf(id: string): number {
    const index = this.roster.find(id);
    if (index === undefined) throw new Error(`no user ${id}`);
    return index;
  }

  #groupOf(id: string): Group {
    const group = this.groupTable.byId(id) ?? this.groupTable.find(id);
    if (group === undefined) throw new Error(`no group ${id}`);
    return group;
  }

  #nextId(): string {
    this.#given += 1;
    return guidOf(this.#seed + 2000, this.#given);
  }

  #instant(): string {
    if (!this.#started) return '2020-01-01T00:00:00Z';
    return `${new Date(this.#now()).toISOString().slice(0, 19)}Z`;
  }
}
