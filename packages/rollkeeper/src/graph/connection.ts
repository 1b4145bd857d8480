import type { Fetch } from './transport.ts';

type Dispatcher = NonNullable<RequestInit['dispatcher']>;

/** Where Node's own `fetch` keeps what dispatches its requests over pooled connections. */
const globalDispatcher = Symbol.for('undici.globalDispatcher.1');

/**
 * A dispatcher that shares no connection with any other, of the kind that Node's own `fetch` uses (so that a proxy in
 * the environment still holds). Destroy it after use. undefined: `fetch` is another's, which pools as it likes.
 */
export function newConnection(fetch: Fetch): Dispatcher | undefined {
  if (fetch !== globalThis.fetch) return undefined;
  const current: unknown = Reflect.get(globalThis, globalDispatcher);
  if (typeof current !== 'object' || current === null) return undefined;
  const made: unknown = Reflect.construct(current.constructor, []);
  return isDispatcher(made) ? made : undefined;
}

const isDispatcher = (made: unknown): made is Dispatcher =>
  typeof made === 'object' &&
  made !== null &&
  'dispatch' in made &&
  typeof made.dispatch === 'function' &&
  'destroy' in made &&
  typeof made.destroy === 'function';
