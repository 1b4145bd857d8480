import { RollkeeperError } from '../directory/error.ts';
import type { ObjectId } from '../directory/statement.ts';
import type { DecodedUser } from '../graph/decode.ts';
import { decodeId, decodeManager, decodeUser, userStatement } from '../graph/decode.ts';
import { batchSize } from '../graph/batch.ts';
import type { BatchAnswer, JsonObject } from '../graph/graph.ts';
import type { ManagerWay } from '../graph/queries.ts';
import { idsPerFilter, queries } from '../graph/queries.ts';
import { isPageTokenLost } from '../graph/restart.ts';
import { listing, listingFrom } from './listing.ts';
import type { ReadParts } from './reading.ts';

interface Way {
  readonly users: 'in' | 'single';
  readonly manager: ManagerWay;
}

/** How people can be asked for, the cheapest first. Graph's pages contradict each other on all but the last. */
const ways: readonly Way[] = (['in', 'single'] as const).flatMap((users) =>
  (['expand-select', 'expand', 'separate'] as const).map((manager) => ({ users, manager })),
);

/** What a listing of users brings. */
export interface PageOfPeople {
  readonly people: readonly DecodedUser[];
  /** Users on the page, those not wanted among them. */
  readonly size: number;
}

export interface Listed {
  /** Tells whom to look at; default everyone. */
  readonly wanted?: (id: ObjectId) => boolean;
  /** How many users are to be expected, where that is known by then. */
  readonly counted?: () => number | null;
}

/** People probed at a time, to tell "nobody has a manager" from "the expansion had no effect". */
const probes = 20;

/**
 * Asks for people with their managers. Where Graph refuses a way, or takes `$expand` without effect, the
 * next way is taken, for the rest of the read.
 */
export class People {
  readonly #parts: Pick<ReadParts, 'graph' | 'selection' | 'signal'>;
  #step = 0;
  #refusal: unknown;
  #expandWorks = false;

  constructor(parts: Pick<ReadParts, 'graph' | 'selection' | 'signal'>) {
    this.#parts = parts;
  }

  /** People that one full batch asks for, by the way that is taken now. */
  get perTrip(): number {
    return batchSize * (this.#way(this.#step).users === 'in' ? idsPerFilter : 1);
  }

  /**
   * The people with these ids; whoever Graph does not find is missing from the answer. `inBatch`: requests put into
   * one batch; fewer are answered sooner, and need more batches.
   */
  async byId(
    ids: readonly ObjectId[],
    inBatch: number = batchSize,
  ): Promise<readonly DecodedUser[]> {
    return await this.#tryWays(async (way) =>
      way.users === 'in'
        ? await this.#inFilters(ids, way.manager, inBatch)
        : await this.#singly(ids, way.manager),
    );
  }

  /** The same, with a request of its own for each: its "not found" is an answer about that person. */
  async singly(ids: readonly ObjectId[]): Promise<readonly DecodedUser[]> {
    return await this.#tryWays(async (way) => await this.#singly(ids, way.manager));
  }

  /** Every user of the tenant, page by page. A page may come again. */
  async *all(options: Listed = {}): AsyncGenerator<PageOfPeople> {
    const { selection } = this.#parts;
    for (;;) {
      const step = this.#step;
      const { manager } = this.#way(step);
      try {
        yield* this.#listed(queries.allUsers(selection, manager), manager, options);
        return;
      } catch (error) {
        this.#stepDown(step, error);
      }
    }
  }

  /**
   * The users whose names begin in one of these ways, page by page. Throws what Graph refuses: whether it was the
   * beginnings or the managers cannot be told.
   */
  async *beginning(
    beginnings: readonly string[],
    options: Listed = {},
  ): AsyncGenerator<PageOfPeople> {
    const { manager } = this.#way(this.#step);
    const path = queries.usersBeginning(beginnings, this.#parts.selection, manager);
    yield* this.#listed(path, manager, options);
  }

  /** The same for many beginnings of which each has few users or none, in batches. */
  async *beginningWithFew(
    beginnings: readonly (readonly string[])[],
    options: Listed = {},
  ): AsyncGenerator<PageOfPeople> {
    const { graph, selection, signal } = this.#parts;
    const { manager } = this.#way(this.#step);
    const paths = beginnings.map((some) => queries.usersBeginning(some, selection, manager));
    for (const [at, answer] of (await graph.batch(paths, { signal })).entries()) {
      if (!answer.ok) throw answer.error;
      const pages = listingFrom(graph, paths[at] ?? '', answer.body, { signal });
      for await (const page of pages) yield await this.#page(page, manager, options);
    }
  }

  async *#listed(path: string, manager: ManagerWay, options: Listed): AsyncGenerator<PageOfPeople> {
    const { graph, signal } = this.#parts;
    for await (const page of listing(graph, path, { signal }, options.counted)) {
      yield await this.#page(page, manager, options);
    }
  }

  async #page(
    page: readonly JsonObject[],
    manager: ManagerWay,
    { wanted }: Listed,
  ): Promise<PageOfPeople> {
    const items = wanted === undefined ? page : page.filter((item) => wanted(decodeId(item)));
    const people = this.#orNoEffect(await this.#withManagers(items, manager));
    return { people, size: page.length };
  }

  async #tryWays(
    ask: (way: Way) => Promise<readonly DecodedUser[]>,
  ): Promise<readonly DecodedUser[]> {
    for (;;) {
      const step = this.#step;
      try {
        return await ask(this.#way(step));
      } catch (error) {
        this.#stepDown(step, error);
      }
    }
  }

  #way(step: number): Way {
    return ways[step] ?? { users: 'single', manager: 'separate' };
  }

  /** Takes the next way, unless another request has done so meanwhile; throws the first refusal where none is left. */
  #stepDown(step: number, error: unknown): void {
    if (!isRefusal(error)) throw error;
    this.#refusal ??= error;
    if (step >= ways.length - 1) throw this.#refusal;
    this.#step = Math.max(this.#step, step + 1);
  }

  async #inFilters(
    ids: readonly ObjectId[],
    manager: ManagerWay,
    inBatch: number,
  ): Promise<readonly DecodedUser[]> {
    const { graph, selection, signal } = this.#parts;
    const paths = chunks(ids, idsPerFilter).map((chunk) =>
      queries.usersById(chunk, selection, manager),
    );
    const batches = await Promise.all(
      chunks(paths, inBatch).map(async (some) => await graph.batch(some, { signal })),
    );
    const items: JsonObject[] = [];
    for (const [at, answer] of batches.flat().entries()) {
      if (!answer.ok) throw answer.error;
      const pages = listingFrom(graph, paths[at] ?? '', answer.body, { signal });
      for await (const page of pages) items.push(...page);
    }
    return this.#orNoEffect(await this.#withManagers(items, manager));
  }

  async #singly(ids: readonly ObjectId[], manager: ManagerWay): Promise<readonly DecodedUser[]> {
    const { graph, selection, signal } = this.#parts;
    const paths = ids.map((id) => queries.user(id, selection, manager));
    const items = (await graph.batch(paths, { signal })).flatMap((answer) =>
      found(answer) ? [answer.body] : [],
    );
    return this.#orNoEffect(await this.#withManagers(items, manager));
  }

  async #withManagers(
    items: readonly JsonObject[],
    way: ManagerWay,
  ): Promise<readonly DecodedUser[] | 'no effect'> {
    const people = items.map((item) => decodeUser(item, this.#parts.selection));
    if (way === 'separate') return await this.#askManagers(people);
    this.#expandWorks ||= people.some(({ manager }) => manager !== null);
    if (this.#expandWorks || people.length === 0) return people;
    const probed = await this.#askManagers(people.slice(0, probes));
    return probed.some(({ manager }) => manager !== null) ? 'no effect' : people;
  }

  async #askManagers(people: readonly DecodedUser[]): Promise<readonly DecodedUser[]> {
    const { graph, signal } = this.#parts;
    const paths = people.map(({ user }) => queries.managerOf(user.id));
    const answers = await graph.batch(paths, { signal });
    return people.map(({ user }, at) => {
      const answer = answers[at];
      const manager = answer && found(answer) ? decodeManager(answer.body) : null;
      return {
        user: userStatement(user.id, user.values, user.extra, manager?.id ?? null),
        manager,
      };
    });
  }

  #orNoEffect(people: readonly DecodedUser[] | 'no effect'): readonly DecodedUser[] {
    if (people === 'no effect') throw this.#noEffect();
    return people;
  }

  #noEffect(): RollkeeperError {
    return new RollkeeperError('graph.refused', 'Graph took $expand=manager without effect.', {
      remedy: 'Nothing to do: managers are asked for one by one.',
      where: { method: 'GET', path: '/users?$expand=manager', status: 400 },
    });
  }
}

/** The answer to a request for one object: false where there is none; throws what else went wrong. */
export function found(answer: BatchAnswer): answer is Extract<BatchAnswer, { ok: true }> {
  if (answer.ok) return true;
  if (answer.error.code === 'graph.not_found') return false;
  throw answer.error;
}

export function chunks<Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) =>
    items.slice(at * size, (at + 1) * size),
  );
}

/** Whether Graph does not serve a request in this form; another form may do. */
export function isRefusal(error: unknown): boolean {
  if (!(error instanceof RollkeeperError) || error.code !== 'graph.refused') return false;
  if (isPageTokenLost(error)) return false;
  return error.where?.status === 400 || error.where?.status === 501;
}
