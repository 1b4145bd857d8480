import { createHmac } from 'node:crypto';
import { isRecord } from '../exchange.ts';

/** Seals what a link has to remember into text that means nothing to a client. */
export class PageTokens {
  readonly #key: string;

  /** The same key reads what it sealed, so a simulator of the same seed knows its links again. */
  constructor(key: string) {
    this.#key = key;
  }

  seal(state: object): string {
    const text = Buffer.from(JSON.stringify(state)).toString('base64url');
    return `${this.#mark(text)}${text}`;
  }

  /** What was sealed, or `undefined` for anything else. */
  open(token: string): Record<string, unknown> | undefined {
    const text = token.slice(16);
    if (this.#mark(text) !== token.slice(0, 16)) return undefined;
    const state: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return isRecord(state) ? state : undefined;
  }

  #mark(text: string): string {
    return createHmac('sha256', this.#key).update(text).digest('base64url').slice(0, 16);
  }
}
