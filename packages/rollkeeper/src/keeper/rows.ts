import type { Group, Person } from '../directory/person.ts';
import { groupProfile, userProfile } from '../directory/person.ts';
import type { ObjectId } from '../directory/statement.ts';
import type {
  ChangeRow,
  ErasureRow,
  HeldKey,
  HeldRow,
  PersonRow,
  PlannedRow,
  RunRow,
} from '../store/store.ts';
import type { Stores } from './stores.ts';

/** What the database keeps, a page at a time: rows, changes, runs. Contacts nobody. */
export class Rows {
  readonly #stores: Stores;

  constructor(stores: Stores) {
    this.#stores = stores;
  }

  async person(key: { tenantId: string; objectId: ObjectId }): Promise<Person | null> {
    const store = await this.#stores.opened();
    const row = await store.person(key.tenantId, key.objectId);
    return row === null ? null : toPerson(row);
  }

  async *users(tenantId: string): AsyncGenerator<Person> {
    const store = await this.#stores.opened();
    yield* byKey(
      (after: ObjectId | null) => store.users(tenantId, { after, limit: pageSize }),
      ({ id }) => id,
      toPerson,
    );
  }

  async *people(tenantId: string): AsyncGenerator<Person> {
    const store = await this.#stores.opened();
    yield* byKey(
      (after: ObjectId | null) => store.people(tenantId, { after, limit: pageSize }),
      ({ id }) => id,
      toPerson,
    );
  }

  async *supervisors(
    tenantId: string,
  ): AsyncGenerator<{ readonly userId: ObjectId; readonly supervisorId: ObjectId }> {
    for await (const { id, supervisor } of this.users(tenantId)) {
      if (supervisor !== null) yield { userId: id, supervisorId: supervisor.id };
    }
  }

  async *groups(tenantId: string): AsyncGenerator<Group> {
    const store = await this.#stores.opened();
    yield* byKey(
      (after: ObjectId | null) => store.groups(tenantId, { after, limit: pageSize }),
      ({ id }) => id,
      ({ id, values }) => groupProfile(id, values),
    );
  }

  async *changes(tenantId: string, options: { after?: number } = {}): AsyncGenerator<ChangeRow> {
    const store = await this.#stores.opened();
    yield* byKey(
      (after: number | null) =>
        store.changes(tenantId, { after: after ?? options.after ?? null, limit: pageSize }),
      ({ sequence }) => sequence,
      (change) => change,
    );
  }

  async runs(tenantId: string, options: { limit?: number } = {}): Promise<readonly RunRow[]> {
    const store = await this.#stores.opened();
    return await store.runs(tenantId, { after: null, limit: options.limit ?? 20 });
  }

  async run(tenantId: string, runId: number): Promise<RunRow | null> {
    return await (await this.#stores.opened()).run(tenantId, runId);
  }

  async *planned(tenantId: string, runId: number): AsyncGenerator<PlannedRow> {
    const store = await this.#stores.opened();
    yield* byKey(
      (after: number | null) => store.planned(tenantId, runId, { after, limit: pageSize }),
      ({ sequence }) => sequence,
      (row) => row,
    );
  }

  async *held(tenantId: string, options: { runId?: number } = {}): AsyncGenerator<HeldRow> {
    const store = await this.#stores.opened();
    yield* byKey(
      (after: HeldKey | null) =>
        store.held(tenantId, options.runId ?? null, { after, limit: pageSize }),
      (row) => row,
      (row) => row,
    );
  }

  async *erasures(tenantId: string): AsyncGenerator<ErasureRow> {
    const store = await this.#stores.opened();
    yield* byKey(
      (after: number | null) => store.erasures(tenantId, { after, limit: pageSize }),
      ({ sequence }) => sequence,
      (row) => row,
    );
  }
}

const pageSize = 1_000;

function toPerson(row: PersonRow): Person {
  const { id, inScope, status, statusSince, deletedReason, supervisorId } = row;
  return {
    ...userProfile(id, row.values, row.extra),
    inScope,
    status,
    statusSince,
    deletedReason,
    supervisor:
      supervisorId === null
        ? null
        : {
            id: supervisorId,
            userPrincipalName: row.supervisorUserPrincipalName,
            displayName: row.supervisorDisplayName,
          },
  };
}

/** Everything that a read by pages gives, in order. */
async function* byKey<Row, Key, Item>(
  read: (after: Key | null) => Promise<readonly Row[]>,
  keyOf: (row: Row) => Key,
  convert: (row: Row) => Item,
): AsyncGenerator<Item> {
  for (let after: Key | null = null; ;) {
    const page: readonly Row[] = await read(after);
    for (const row of page) yield convert(row);
    const last = page.at(-1);
    if (last === undefined) return;
    after = keyOf(last);
  }
}
