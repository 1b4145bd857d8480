/** A request as the simulator sees it, whoever carried it. */
export interface Asked {
  readonly method: string;
  /** Path and query, such as `/v1.0/users?$top=5`. */
  readonly url: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body as text; empty when there is none. */
  readonly body: string;
}

/** What the connection does to an answer. */
export interface Wire {
  /** Destroy the connection instead of answering. */
  reset?: boolean;
  /** Never answer. */
  hang?: boolean;
  /** Send so many bytes under the full content length, then destroy the connection. */
  truncate?: number;
  /** Send so many bytes chunked and end without an error. */
  truncateCleanly?: number;
}

/** An answer: a body that is not a string is sent as JSON, `undefined` as nothing. */
export interface Answer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: unknown;
  readonly wire?: Wire;
}

/** A request and what was answered to it before any fault: what an observer is told. */
export interface Told {
  /** Which side of the tenant answered. */
  readonly by: 'graph' | 'login';
  readonly asked: Asked;
  /** Below `/v1.0` for Graph, whole for the login; without the query. */
  readonly path: string;
  readonly inBatch: boolean;
  readonly answer: Answer;
}

/** The text of a body as it goes over the wire. */
export function bodyText(body: unknown): string {
  if (body === undefined) return '';
  return typeof body === 'string' ? body : JSON.stringify(body);
}

/** Whether a value is a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
