/**
 * JSON that PostgreSQL takes. Its `jsonb` refuses what its text cannot hold: U+0000 and halves of a surrogate pair, which JSON
 * text has as escapes. They become U+FFFD, the replacement character, as they do in plain text.
 */
export function wellFormedJson(json: string): string;
export function wellFormedJson(json: string | null): string | null;
export function wellFormedJson(json: string | null): string | null {
  if (json?.includes('\\u') !== true) return json;
  // Escapes are taken one by one, so that an escaped backslash before a `u` is not taken for one.
  return json.replaceAll(/\\(?:u([\da-f]{4})|.)/giu, (escape, code: string | undefined) =>
    code !== undefined && /^(?:0000|d[89a-f]..)$/iu.test(code) ? '\\ufffd' : escape,
  );
}
