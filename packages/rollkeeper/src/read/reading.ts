import type { ObjectId, Statements } from '../directory/statement.ts';
import type { Selection } from '../graph/decode.ts';
import type { Graph } from '../graph/graph.ts';
import type { Known } from './known.ts';

/** What a group's name or the settings were resolved to. */
export type ResolvedScope =
  | {
      readonly kind: 'group';
      readonly groupId: ObjectId;
      /** `transitive`: members of nested groups are in scope too. */
      readonly membership: 'transitive' | 'direct';
      readonly groupsToKeep: readonly ObjectId[];
    }
  | { readonly kind: 'all'; readonly groupsToKeep: readonly ObjectId[] };

/** How people were read. */
export interface Strategy {
  /**
   * `by-id`: members were asked for by their ids, while they were walked. `lanes`: the tenant's users were read in lanes,
   * by how their user names begin. `page-walk`: the tenant's users were read from page to page.
   */
  readonly people: 'by-id' | 'lanes' | 'page-walk';
  /** Walks side by side; 1 but for `lanes`. */
  readonly lanes: number;
  /** Why so, in words. */
  readonly because: string;
}

/** What a strategy reads with. */
export interface ReadParts {
  readonly graph: Graph;
  readonly known: Known;
  readonly selection: Selection;
  /** Takes statements as they arrive; resolves when there is room for more. */
  readonly stage: (statements: Statements) => Promise<void>;
  /** People read so far, and how many are known to be coming. */
  readonly progress: (people: number, of: number) => void;
  readonly signal: AbortSignal;
}

/**
 * A completed read. A strategy resolves to one, or throws: nothing else may be concluded from what it staged.
 */
export interface Reading {
  /** The groups whose members are in scope, the scope's own first; empty where all users are. */
  readonly closure: readonly ObjectId[];
  /** Members that are neither users nor groups, by Graph's type. */
  readonly ignored: Readonly<Record<string, number>>;
  /** People whom a listing named and nobody could read: gone, or not there yet. The next run asks again. */
  readonly unresolved: number;
  readonly strategy: Strategy;
}
