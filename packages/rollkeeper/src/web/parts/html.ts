import { html, raw } from 'hono/html';

/** Markup. Made with `html` only, which escapes everything that is put into it. */
export type Html = ReturnType<typeof html>;

export { html };

/** Nothing, where markup is expected. */
export const nothing: Html = raw('');

/**
 * Text of others, such as a name, kept to itself: what turns the direction of writing does not reach past it, and
 * control characters are shown as dots. Everything from the tenant goes through this or through an attribute.
 */
export function name(text: string): Html {
  return html`<bdi>${printable(text)}</bdi>`;
}

/** An address of others, such as a user name: a line breaks before its @ or #, not within a word. */
export function addressName(text: string): Html {
  const [first = '', ...rest] = printable(text).split(/(?=[#@])/u);
  return html`<bdi>${first}${rest.map((part) => html`<wbr />${part}`)}</bdi>`;
}

/** What failed without the query of the request that did: the whole stands where all of it is shown. */
export const shortly = (message: string): string =>
  message.replace(/\b((?:GET|POST|PATCH|DELETE) \/[^\s?]*)\?.*? (failed|answered)\b/gsu, '$1 $2');

/** Text of others for an attribute or a title, where no element can keep it apart. */
export const printable = (text: string): string =>
  text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '·');

/** A number as people read it, in digits of one width: `12,345`. */
export const number = (value: number): string => value.toLocaleString('en');

/** `1 person`, `2 people`. */
export const counted = (value: number, one: string, many: string): string =>
  `${number(value)} ${value === 1 ? one : many}`;
