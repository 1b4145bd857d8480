import { RecordEntity, type DirectoryGroup, type Entity } from './directory-object.ts';
import { Membership, type MemberKey, type Stretch } from './membership.ts';

/** A group and who is directly in it. */
export class Group {
  readonly id: string;
  readonly membership: Membership;
  readonly #cleared = new Set<string>();
  #fields: DirectoryGroup;

  constructor(fields: DirectoryGroup, stretches: readonly Stretch[]) {
    this.id = fields.id;
    this.#fields = fields;
    this.membership = new Membership(stretches);
  }

  get fields(): Readonly<DirectoryGroup> {
    return this.#fields;
  }

  get deleted(): boolean {
    return this.#fields.deletedDateTime !== null;
  }

  entity(): Entity {
    return new RecordEntity('group', this.id, this.#fields, this.#cleared);
  }

  /** Writes fields over what stands and says which of them are different now. */
  write(fields: Partial<DirectoryGroup>): string[] {
    const before = new Map<string, unknown>(Object.entries(this.#fields));
    const changed = Object.entries(fields)
      .filter(([name, value]) => name !== 'id' && value !== before.get(name))
      .map(([name]) => name);
    for (const [name, value] of Object.entries(fields)) {
      if (value === null && name !== 'deletedDateTime') this.#cleared.add(name);
    }
    this.#fields = { ...this.#fields, ...fields, id: this.id };
    return changed;
  }
}

/** The groups of a tenant, soft-deleted ones included. */
export class Groups {
  readonly #byId = new Map<string, Group>();

  add(group: Group): void {
    this.#byId.set(group.id, group);
  }

  remove(id: string): void {
    this.#byId.delete(id.toLowerCase());
  }

  /** A group by id, soft-deleted or not. */
  byId(id: string): Group | undefined {
    return this.#byId.get(id.toLowerCase());
  }

  /** The first group that is not deleted and carries this id or name. */
  find(idOrName: string): Group | undefined {
    const group = this.byId(idOrName);
    if (group !== undefined) return group.deleted ? undefined : group;
    return this.live().find(({ fields }) => fields.displayName === idOrName);
  }

  all(): Group[] {
    return [...this.#byId.values()];
  }

  live(): Group[] {
    return this.all().filter((group) => !group.deleted);
  }

  /** The groups, not deleted, that hold a member directly. */
  holding(key: MemberKey): Group[] {
    return this.live().filter((group) => group.membership.has(key));
  }
}
