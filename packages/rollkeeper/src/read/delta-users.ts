import { hash } from 'node:crypto';

import type { KnownUser } from '../directory/known.ts';
import type {
  ManagerStatement,
  ObjectId,
  SleeperStatement,
  UserStatement,
} from '../directory/statement.ts';
import { decodeId } from '../graph/decode.ts';
import { managerChange, mergedManager, mergedUser, removal, shows } from '../graph/delta-item.ts';
import type { JsonObject } from '../graph/graph.ts';
import { Acquaintance } from './delta-parts.ts';
import type { DeltaParts, Doubts } from './delta-parts.ts';

interface Said {
  readonly users: UserStatement[];
  readonly managers: ManagerStatement[];
  readonly sleepers: SleeperStatement[];
}

/**
 * Takes the pages of a round of users as they come. Who is known and in scope is stated, with what the item says laid
 * over our row; whoever needs more than the item is noted as a doubt; all others are let go.
 */
export class UsersRound {
  readonly #parts: DeltaParts;
  readonly #doubts: Doubts;
  readonly #everyone: boolean;
  /** What was said of people with a row: a digest, or that they are gone. */
  readonly #said = new Map<ObjectId, number | 'gone'>();
  #whole = false;
  #default = false;

  /** `everyone`: all users of the tenant are in scope. */
  constructor(parts: DeltaParts, doubts: Doubts, everyone: boolean) {
    this.#parts = parts;
    this.#doubts = doubts;
    this.#everyone = everyone;
  }

  /** An item showed an attribute that only our selection brings. */
  get proven(): boolean {
    return this.#whole;
  }

  /** Items looked whole, and none of them had all that was selected. */
  get selectIgnored(): boolean {
    return this.#default && !this.#whole;
  }

  readonly take = async (items: readonly JsonObject[]): Promise<void> => {
    const ids = new Set<ObjectId>();
    for (const item of items) {
      ids.add(decodeId(item));
      const manager = managerChange(item);
      if (manager) ids.add(manager.id);
    }
    const known = new Acquaintance(await this.#parts.memory.knownOf([...ids]));
    const said: Said = { users: [], managers: [], sleepers: [] };
    for (const item of items) this.#one(item, known, said);
    await this.#parts.stage(said);
  };

  #one(item: JsonObject, known: Acquaintance, said: Said): void {
    const id = decodeId(item);
    const gone = removal(item);
    if (gone !== null) return this.#gone(id, gone === 'restorable', known, said);
    this.#look(item);
    const row = known.users.get(id);
    if (row === undefined) return this.#stranger(id, item, known, said);
    if (this.#contradicts(id, item)) return;
    // What our row says of someone held is not what Graph said last; their return is one from the deleted items, perhaps.
    if (row.held) this.#doubts.returned.add(id);
    else if (row.deleted === null) this.#stays(row, item, known, said);
    else if (row.deleted === 'soft_deleted') this.#doubts.returned.add(id);
    else if (this.#everyone || known.edgesOf(id).length > 0) this.#doubts.consider(id);
  }

  #look(item: JsonObject): void {
    const shown = shows(item);
    if (shown === 'all') this.#whole = true;
    else if (shown === 'default') this.#default = true;
  }

  #gone(id: ObjectId, restorable: boolean, known: Acquaintance, said: Said): void {
    const row = known.users.get(id);
    if (row === undefined) {
      if (known.managers.has(id)) this.#doubts.lostManagers.add(id);
      said.sleepers.push({ id, asleep: restorable });
      return;
    }
    if (row.deleted === 'permanently_deleted') return;
    const before = this.#said.get(id);
    this.#said.set(id, 'gone');
    if (before !== undefined && before !== 'gone') this.#doubts.returned.add(id);
    // What is told once more, and is so already, is no question.
    else if (!restorable || row.deleted !== 'soft_deleted') this.#doubts.gone.add(id);
  }

  /** Whether this was said before, or something else was: then it is no news, or a question. */
  #contradicts(id: ObjectId, item: JsonObject): boolean {
    const digest = hash('sha256', JSON.stringify(item), 'buffer').readUIntLE(0, 6);
    const before = this.#said.get(id);
    if (before === digest) return true;
    if (before === 'gone') this.#doubts.returned.add(id);
    else this.#said.set(id, digest);
    if (before === undefined) return false;
    if (before !== 'gone') this.#doubts.readAgain(id);
    return true;
  }

  #stays(row: KnownUser, item: JsonObject, known: Acquaintance, said: Said): void {
    const change = managerChange(item);
    const manager = change === undefined ? row.supervisorId : (change?.id ?? null);
    if (manager !== null && manager !== row.supervisorId && !isKnown(manager, known)) {
      this.#doubts.readAgain(row.id);
      return;
    }
    const user = mergedUser(row, item, this.#parts.selection, manager);
    if (!saysTheSame(user, row)) said.users.push(user);
  }

  #stranger(id: ObjectId, item: JsonObject, known: Acquaintance, said: Said): void {
    const manager = known.managers.get(id);
    if (manager !== undefined) said.managers.push(mergedManager(manager, item));
    if (known.sleepers.has(id)) this.#doubts.returned.add(id);
    if (this.#everyone || known.edgesOf(id).length > 0) this.#doubts.consider(id);
  }
}

const isKnown = (id: ObjectId, known: Acquaintance): boolean =>
  known.users.has(id) || known.managers.has(id);

function saysTheSame(user: UserStatement, row: KnownUser): boolean {
  return (
    user.extra === row.extra &&
    user.manager === row.supervisorId &&
    user.values.every((value, at) => value === row.values[at])
  );
}
