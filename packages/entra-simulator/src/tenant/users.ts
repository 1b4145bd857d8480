import type { DirectoryUser, Entity } from './directory-object.ts';
import { guidOf } from './hash.ts';
import { Prefixes } from './prefixes.ts';
import { writings, type People, type Person } from './people.ts';

type Fields = Map<string, unknown>;

/** What a page shows of a user: read from what was written over it, else derived. */
export class UserEntity implements Entity {
  readonly kind = 'user';
  readonly index: number;
  readonly #users: Users;
  readonly #written: Fields | undefined;
  #person: Person | undefined;

  constructor(users: Users, index: number) {
    this.index = index;
    this.#users = users;
    this.#written = users.written(index);
  }

  get id(): string {
    return this.#users.idOf(this.index);
  }

  read(property: string): unknown {
    if (property === 'id') return this.id;
    if (this.#written?.has(property) === true) return this.#written.get(property);
    if (this.index >= this.#users.people.count) return undefined;
    this.#person ??= this.#users.people.person(this.index);
    return writings.get(property)?.(this.#person);
  }

  isSet(property: string): boolean {
    return property === 'id' || this.read(property) !== undefined;
  }
}

/** The users of a tenant by index: derived ones first, created ones after them. */
export class Users {
  readonly people: People;
  readonly #seed: number;
  readonly #written = new Map<number, Fields>();
  readonly #createdIds = new Map<string, number>();
  readonly #idsOfCreated: string[] = [];
  readonly #namedOtherwise = new Map<string, number>();
  readonly #deleted = new Map<number, string>();
  readonly #purged = new Set<number>();
  /** Made when first asked for; user names that change make it anew. */
  #prefixes: Prefixes | undefined;

  constructor(seed: number, people: People) {
    this.#seed = seed;
    this.people = people;
  }

  /** One more than the highest index ever given. */
  get end(): number {
    return this.people.count + this.#idsOfCreated.length;
  }

  /** How many are neither soft-deleted nor purged. */
  get liveCount(): number {
    return this.end - this.#deleted.size - this.#purged.size;
  }

  idOf(index: number): string {
    const created = this.#idsOfCreated[index - this.people.count];
    return created ?? this.people.id(index);
  }

  written(index: number): Fields | undefined {
    return this.#written.get(index);
  }

  entity(index: number): UserEntity {
    return new UserEntity(this, index);
  }

  isLive(index: number): boolean {
    return !this.#deleted.has(index) && !this.#purged.has(index);
  }

  isDeleted(index: number): boolean {
    return this.#deleted.has(index);
  }

  isPurged(index: number): boolean {
    return this.#purged.has(index);
  }

  deletedIndexes(): number[] {
    return [...this.#deleted.keys()];
  }

  /** The index of whoever carries this id, purged or not. */
  indexOfId(id: string): number | undefined {
    const lower = id.toLowerCase();
    return this.people.indexOfId(lower) ?? this.#createdIds.get(lower);
  }

  /** The index of a user who carries this id or user name and is not purged. */
  find(idOrUpn: string): number | undefined {
    const lower = idOrUpn.toLowerCase();
    const index = this.indexOfId(lower) ?? this.#indexOfUpn(lower);
    return index !== undefined && !this.#purged.has(index) ? index : undefined;
  }

  /**
   * The indexes of users whose names begin with one of these, ascending, purged and deleted ones among them; others may
   * be too.
   */
  candidates(prefixes: readonly string[]): readonly number[] {
    this.#prefixes ??= new Prefixes(this.#names());
    const lists = prefixes.map((prefix) => this.#prefixes?.candidates(prefix.toLowerCase()) ?? []);
    if (lists.length === 1) return lists[0] ?? [];
    return [...new Set(lists.flat())].toSorted((a, b) => a - b);
  }

  create(fields: Partial<DirectoryUser>): number {
    const index = this.end;
    const id = fields.id?.toLowerCase() ?? guidOf(this.#seed + 5, index);
    if (this.indexOfId(id) !== undefined) throw new Error(`a user ${id} stands already`);
    this.#createdIds.set(id, index);
    this.#prefixes = undefined;
    this.#idsOfCreated.push(id);
    const written: Fields = new Map<string, unknown>([
      ['userPrincipalName', `created${index}@${this.people.domain}`],
      ['accountEnabled', true],
      ['userType', 'Member'],
      ['businessPhones', []],
      ['otherMails', []],
      ['proxyAddresses', []],
      ['assignedLicenses', []],
    ]);
    this.#written.set(index, written);
    const given = Object.entries(fields).filter(([name, value]) => name !== 'id' && value !== null);
    this.write(index, Object.fromEntries(given));
    return index;
  }

  /** Writes fields over what stands and says which of them are different now. */
  write(index: number, fields: Partial<DirectoryUser>): string[] {
    const entity = this.entity(index);
    const changed = Object.entries(fields)
      .filter(
        ([name, value]) => name !== 'id' && value !== undefined && value !== entity.read(name),
      )
      .map(([name]) => name);
    if (changed.includes('userPrincipalName')) {
      this.#namedOtherwise.delete(this.#upnOf(index));
      this.#prefixes = undefined;
    }
    const written = this.#written.get(index) ?? new Map<string, unknown>();
    for (const [name, value] of Object.entries(fields)) {
      if (name !== 'id' && value !== undefined) written.set(name, value);
    }
    this.#written.set(index, written);
    if (written.has('userPrincipalName')) this.#namedOtherwise.set(this.#upnOf(index), index);
    return changed;
  }

  /** Takes properties away as if they had never been set. */
  unset(index: number, properties: readonly string[]): void {
    const written = this.#written.get(index) ?? new Map<string, unknown>();
    for (const property of properties) written.set(property, undefined);
    this.#written.set(index, written);
  }

  softDelete(index: number, at: string): void {
    this.#deleted.set(index, at);
    this.write(index, { deletedDateTime: at });
  }

  restore(index: number): void {
    this.#deleted.delete(index);
    this.#written.get(index)?.delete('deletedDateTime');
  }

  purge(index: number): void {
    this.#deleted.delete(index);
    this.#purged.add(index);
    this.#namedOtherwise.delete(this.#upnOf(index));
  }

  *#names(): Generator<readonly [number, string]> {
    for (let index = 0; index < this.end; index += 1) yield [index, this.#upnOf(index)];
  }

  #upnOf(index: number): string {
    return String(this.entity(index).read('userPrincipalName')).toLowerCase();
  }

  #indexOfUpn(lower: string): number | undefined {
    const renamed = this.#namedOtherwise.get(lower);
    if (renamed !== undefined) return renamed;
    const index = this.people.indexOfUpn(lower);
    return index !== undefined && this.#upnOf(index) === lower ? index : undefined;
  }
}
