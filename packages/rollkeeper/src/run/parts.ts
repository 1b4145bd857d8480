import type { Policy } from '../decide/person.ts';
import type { DeletionThreshold } from '../decide/threshold.ts';
import type { Selection } from '../graph/decode.ts';
import type { Graph } from '../graph/graph.ts';
import type { Scope } from '../settings/settings.ts';
import type { RunKind, Store } from '../store/store.ts';
import type { Notify } from './notices.ts';

/** What a run is told by the settings. */
export interface Connection {
  /** GUID or verified domain. */
  readonly tenant: string;
  readonly scope: Scope;
  readonly membership: 'transitive' | 'direct';
  readonly groupsToKeep: readonly string[];
  readonly policy: Policy;
  readonly selection: Selection;
  /** null: `off`. */
  readonly threshold: DeletionThreshold | null;
  /** Milliseconds after which the last success is too old; null: never. */
  readonly staleAfterMs: number | null;
}

/** What happens while it runs; for progress and logs, never for decisions. */
export type Progress =
  /** The run has its number. */
  | {
      readonly phase: 'begun';
      readonly tenantId: string;
      readonly run: number;
      readonly kind: RunKind;
    }
  | { readonly phase: 'reading'; readonly people: number; readonly of: number }
  | { readonly phase: 'deciding' }
  | { readonly phase: 'applying' }
  /** Something that people should know and that does not stop the run. */
  | { readonly phase: 'warning'; readonly message: string };

/** What a run works with. */
export interface RunParts {
  readonly graph: Graph;
  readonly store: Store;
  readonly connection: Connection;
  /** Milliseconds since 1970; the one clock of the run. */
  readonly now: () => number;
  readonly progress: (progress: Progress) => void;
  /** null: nobody is told. */
  readonly notify: Notify | null;
  readonly signal: AbortSignal;
}
