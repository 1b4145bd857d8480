import type { Statements } from '../directory/statement.ts';
import type { Claim, Store } from '../store/store.ts';

type Gathered = { -readonly [Kind in keyof Statements]-?: NonNullable<Statements[Kind]>[number][] };

/** Gathers statements and stages them a thousand at a time. */
export class Staging {
  readonly #store: Store;
  readonly #claim: Claim;
  #gathered = nothing();
  #size = 0;

  constructor(store: Store, claim: Claim) {
    this.#store = store;
    this.#claim = claim;
  }

  readonly take = async (statements: Statements): Promise<void> => {
    for (const kind of kinds) {
      const items = statements[kind] ?? [];
      this.#size += items.length;
      append(this.#gathered, kind, items);
    }
    if (this.#size >= 1_000) await this.flush();
  };

  /** Stages what is left. Call it when the reading is complete. */
  async flush(): Promise<void> {
    const statements = this.#gathered;
    const size = this.#size;
    this.#gathered = nothing();
    this.#size = 0;
    if (size > 0) await this.#store.stage(this.#claim, statements);
  }
}

const kinds = ['users', 'absences', 'managers', 'groups', 'memberships', 'sleepers'] as const;

const nothing = (): Gathered => ({
  users: [],
  absences: [],
  managers: [],
  groups: [],
  memberships: [],
  sleepers: [],
});

function append<Kind extends keyof Gathered>(
  gathered: Gathered,
  kind: Kind,
  items: readonly Gathered[Kind][number][],
): void {
  const list: Gathered[Kind][number][] = gathered[kind];
  for (const item of items) list.push(item);
}
