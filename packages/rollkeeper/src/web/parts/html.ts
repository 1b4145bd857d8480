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

/** Text of others for an attribute or a title, where no element can keep it apart. */
export const printable = (text: string): string =>
  text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '·');

/** A number as people read it, in digits of one width: `12,345`. */
export const number = (value: number): string => value.toLocaleString('en');

/** `1 person`, `2 people`. */
export const counted = (value: number, one: string, many: string): string =>
  `${number(value)} ${value === 1 ? one : many}`;
