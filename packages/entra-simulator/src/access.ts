import { requestDenied } from './graph-error.ts';
import type { ObjectKind } from './tenant/directory-object.ts';

/** How much of a type an application may read. */
export type Reading = 'full' | 'basic' | 'none';

const everything = ['Directory.Read.All', 'Directory.ReadWrite.All'];

const readers: Readonly<Record<ObjectKind, readonly string[]>> = {
  user: ['User.Read.All', 'User.ReadWrite.All'],
  group: [
    'GroupMember.Read.All',
    'Group.Read.All',
    'Group.ReadWrite.All',
    'GroupMember.ReadWrite.All',
  ],
  orgContact: ['OrgContact.Read.All'],
  device: ['Device.Read.All'],
  servicePrincipal: ['Application.Read.All'],
  somethingNew: [],
};

const basicReaders: Partial<Record<ObjectKind, readonly string[]>> = {
  user: ['User.ReadBasic.All'],
  group: ['Group.ReadBasic.All'],
};

/** What the roles of a token allow. */
export class Access {
  readonly #roles: ReadonlySet<string>;

  constructor(roles: readonly string[]) {
    this.#roles = new Set(roles);
  }

  /** Whether one of the permissions is held. */
  readonly holds = (...permissions: readonly string[]): boolean =>
    permissions.some((permission) => this.#roles.has(permission));

  reading(kind: ObjectKind): Reading {
    if (this.holds(...everything, ...readers[kind])) return 'full';
    return this.holds(...(basicReaders[kind] ?? [])) ? 'basic' : 'none';
  }

  /** 403 unless one of the permissions, or one that reads the whole directory, is held. */
  need(...permissions: readonly string[]): void {
    if (!this.holds(...everything, ...permissions)) throw requestDenied();
  }

  /** 403 unless the type may be read at least in part. */
  needReading(kind: ObjectKind): void {
    if (this.reading(kind) === 'none') throw requestDenied();
  }

  /** 403 unless memberships may be read. */
  needMemberships(): void {
    this.need(...readers.group, 'GroupMember.ReadBasic.All');
  }
}
