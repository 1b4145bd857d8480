import type { RollkeeperError } from '../directory/error.ts';

/** A JSON object as Graph sent it: nothing about it is believed before `decode.ts` has looked. */
export type JsonObject = Readonly<Record<string, unknown>>;

export interface GetOptions {
  /** Further headers; sent again with every page. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

/** The answer to one request of a batch, after all that could be retried was retried. */
export type BatchAnswer =
  | { readonly ok: true; readonly body: JsonObject }
  /** `error.where.status` tells 404 from the rest. */
  | { readonly ok: false; readonly error: RollkeeperError };

/** A page of a delta round. */
export interface DeltaPage {
  readonly items: readonly JsonObject[];
  /** On the last page, and there always: keep it whole, to ask later for what changed since. */
  readonly deltaLink: string | null;
}

/** What a run's report says about requests. */
export interface Tally {
  /** HTTP requests sent to Graph, retries included; token requests not. */
  readonly requests: number;
  /** Answers with status 429, those inside a batch included. */
  readonly throttled: number;
  /** Milliseconds waited before retries, over all requests. */
  readonly waitedMs: number;
  /** HTTP requests by kind, such as `/groups/{id}/members`; a batch is one `/$batch`. */
  readonly byKind: Readonly<Record<string, number>>;
  /** Requests inside batches, by kind. */
  readonly batched: Readonly<Record<string, number>>;
}

/**
 * Microsoft Graph, v1.0, as the readers use it. Paths are relative to the service root
 * (`/users?$top=999`); next links and delta links are given back whole and must be under that root.
 *
 * Every failure is a `RollkeeperError`: `graph.unauthorized`, `graph.forbidden`, `graph.not_found`, `graph.refused` (any other
 * 4xx), `graph.failed` (past the retries, or no time left), `graph.bad_answer`,
 * `graph.foreign_link`, `graph.loop`, `token.*`, `interrupted`.
 */
export interface Graph {
  /** The service root, e.g. `https://graph.microsoft.com/v1.0`. */
  readonly root: string;
  /** Requests that go side by side at most. */
  readonly width: number;
  get(path: string, options: GetOptions): Promise<JsonObject>;
  /** The body as text, for `/$count`. */
  getText(path: string, options: GetOptions): Promise<string>;
  /**
   * The pages of a collection, by next links, to the last. A page without `value` is `graph.bad_answer`, never an
   * empty page; a link to another host is `graph.foreign_link`; a link seen before is `graph.loop`.
   * https://learn.microsoft.com/graph/paging
   */
  pages(path: string, options: GetOptions): AsyncIterable<readonly JsonObject[]>;
  /** The same, from a page that is there already (the answer to a request of a batch): it first, then its next links. */
  following(first: JsonObject, options: GetOptions): AsyncIterable<readonly JsonObject[]>;
  /**
   * The pages of a delta round, from its first request or from a delta link, to the delta link; otherwise as `pages`.
   * A last page without a delta link is `graph.bad_answer`. https://learn.microsoft.com/graph/delta-query-overview
   */
  delta(pathOrLink: string, options: GetOptions): AsyncIterable<DeltaPage>;
  /**
   * Any number of GETs, twenty to a round trip, answered in the order asked. Requests inside a batch that were
   * throttled or failed for a moment are sent again, alone, after the longest wait asked for.
   * https://learn.microsoft.com/graph/json-batching
   */
  batch(paths: readonly string[], options: GetOptions): Promise<readonly BatchAnswer[]>;
  tally(): Tally;
}
