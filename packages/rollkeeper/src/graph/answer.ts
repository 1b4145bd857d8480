import type { JsonObject } from './graph.ts';

/** What can be told from the body of a failure, whatever its shape. */
export interface GraphError {
  readonly code: string | null;
  /** The code and those nested in it, outermost first. */
  readonly codes: readonly string[];
  readonly message: string | null;
  readonly requestId: string | null;
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads `{error: {code, message, innerError: {…}}}`. `innerError` and `innererror` both occur, nest, and bring more
 * specific codes. https://learn.microsoft.com/graph/errors
 */
export function graphError(body: unknown): GraphError {
  const error = isObject(body) ? body['error'] : undefined;
  if (typeof error === 'string')
    return { code: error, codes: [error], message: null, requestId: null };
  const levels = isObject(error) ? nested(error) : [];
  const codes = levels.flatMap(({ code }) =>
    typeof code === 'string' && code !== '' ? [code] : [],
  );
  const texts = (name: string): readonly string[] =>
    levels.map((level) => level[name]).filter((value) => typeof value === 'string');
  return {
    code: codes[0] ?? null,
    codes,
    message: texts('message')[0] ?? null,
    requestId: texts('request-id')[0] ?? texts('requestId')[0] ?? null,
  };
}

function nested(error: JsonObject): readonly JsonObject[] {
  const levels: JsonObject[] = [];
  let level: unknown = error;
  while (isObject(level) && levels.length < 8) {
    levels.push(level);
    level = level['innerError'] ?? level['innererror'];
  }
  return levels;
}
