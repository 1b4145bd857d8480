import { unparsable } from '../graph-error.ts';

/** A literal of a filter. */
export type Literal = string | number | boolean | null;

/** A filter as it was written. */
export type Filter =
  | { readonly is: 'and'; readonly parts: readonly Filter[] }
  | { readonly is: 'or'; readonly parts: readonly Filter[] }
  | { readonly is: 'not'; readonly part: Filter }
  | { readonly is: 'compare'; readonly op: Comparison; readonly path: string; readonly to: Literal }
  | { readonly is: 'in'; readonly path: string; readonly among: readonly Literal[] }
  | {
      readonly is: 'call';
      readonly name: TextFunction;
      readonly path: string;
      readonly with: string;
    }
  | { readonly is: 'any'; readonly path: string; readonly inner: Filter };

export type Comparison = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le';
export type TextFunction = 'startswith' | 'endswith' | 'contains';

type Token =
  | { readonly is: 'text'; readonly text: string }
  | { readonly is: 'word'; readonly text: string }
  | { readonly is: 'mark'; readonly text: string };

const pattern = /\s*(?:'((?:[^']|'')*)'|([()|,:])|([^\s(),:']+))/y;
const comparisons: readonly string[] = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'];
const calls: readonly string[] = ['startswith', 'endswith', 'contains'];

function isComparison(text: string): text is Comparison {
  return comparisons.includes(text);
}

function isCall(text: string): text is TextFunction {
  return calls.includes(text);
}

function invalid(why: string): Error {
  return unparsable(`Invalid filter clause: ${why}`);
}

function tokens(text: string): Token[] {
  const found: Token[] = [];
  pattern.lastIndex = 0;
  const trimmed = text.trimEnd();
  while (pattern.lastIndex < trimmed.length) {
    const at = pattern.lastIndex;
    const match = pattern.exec(trimmed);
    if (match === null) throw invalid(`unterminated or unexpected text at position ${at}.`);
    const [, quoted, mark, word] = match;
    if (quoted !== undefined) found.push({ is: 'text', text: quoted.replaceAll("''", "'") });
    else if (mark !== undefined) found.push({ is: 'mark', text: mark });
    else if (word !== undefined) found.push({ is: 'word', text: word });
  }
  return found;
}

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(text: string) {
    this.#tokens = tokens(text);
  }

  whole(): Filter {
    const filter = this.#either();
    if (this.#at < this.#tokens.length) throw invalid('more text than one expression.');
    return filter;
  }

  #either(): Filter {
    const parts = [this.#both()];
    while (this.#takeWord('or')) parts.push(this.#both());
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { is: 'or', parts };
  }

  #both(): Filter {
    const parts = [this.#one()];
    while (this.#takeWord('and')) parts.push(this.#one());
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : { is: 'and', parts };
  }

  #one(): Filter {
    if (this.#takeWord('not')) return { is: 'not', part: this.#one() };
    if (this.#takeMark('(')) {
      const inner = this.#either();
      this.#needMark(')');
      return inner;
    }
    const name = this.#word();
    if (isCall(name.toLowerCase())) return this.#call(name.toLowerCase());
    if (name.endsWith('/any')) return this.#any(name.slice(0, -4));
    return this.#comparison(name);
  }

  #call(name: string): Filter {
    this.#needMark('(');
    const path = this.#word();
    this.#needMark(',');
    const value = this.#literal();
    this.#needMark(')');
    if (!isCall(name) || typeof value !== 'string') throw invalid(`${name} takes a string.`);
    return { is: 'call', name, path, with: value };
  }

  #any(path: string): Filter {
    this.#needMark('(');
    this.#word();
    this.#needMark(':');
    const inner = this.#either();
    this.#needMark(')');
    return { is: 'any', path, inner };
  }

  #comparison(path: string): Filter {
    const op = this.#word().toLowerCase();
    if (op === 'in') return { is: 'in', path, among: this.#list() };
    if (!isComparison(op)) throw invalid(`'${op}' is not an operator.`);
    return { is: 'compare', op, path, to: this.#literal() };
  }

  #list(): Literal[] {
    this.#needMark('(');
    const literals = [this.#literal()];
    while (this.#takeMark(',')) literals.push(this.#literal());
    this.#needMark(')');
    return literals;
  }

  #literal(): Literal {
    const token = this.#tokens[this.#at];
    if (token?.is === 'text') {
      this.#at += 1;
      return token.text;
    }
    const word = this.#word();
    // A date holds colons, which stand alone among the tokens.
    let text = word;
    while (/^\d{4}-\d\d-\d\dT[\d:]*$/.test(text) && this.#takeMark(':')) text += `:${this.#word()}`;
    if (text === 'null') return null;
    if (text === 'true' || text === 'false') return text === 'true';
    return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
  }

  #word(): string {
    const token = this.#tokens[this.#at];
    if (token?.is !== 'word') throw invalid('a name or a literal is missing.');
    this.#at += 1;
    return token.text;
  }

  #takeWord(text: string): boolean {
    const token = this.#tokens[this.#at];
    const here = token?.is === 'word' && token.text.toLowerCase() === text;
    if (here) this.#at += 1;
    return here;
  }

  #takeMark(text: string): boolean {
    const token = this.#tokens[this.#at];
    const here = token?.is === 'mark' && token.text === text;
    if (here) this.#at += 1;
    return here;
  }

  #needMark(text: string): void {
    if (!this.#takeMark(text)) throw invalid(`'${text}' is missing.`);
  }
}

/** Reads a `$filter`; 400 when it is not one. */
export function parseFilter(text: string): Filter {
  return new Parser(text).whole();
}

/** The beginnings of a filter that only asks how one property begins: `startsWith(…) or startsWith(…)`. */
export function beginningsOf(filter: Filter, path: string): readonly string[] | undefined {
  if (filter.is === 'call' && filter.name === 'startswith') {
    return filter.path.toLowerCase() === path.toLowerCase() ? [filter.with] : undefined;
  }
  if (filter.is !== 'or') return undefined;
  const parts = filter.parts.map((part) => beginningsOf(part, path));
  return parts.some((part) => part === undefined) ? undefined : parts.flatMap((part) => part ?? []);
}

/** The ids of a filter that only asks for ids, `id eq 'a' or id eq 'b'` or `id in (…)`; otherwise `undefined`. */
export function idsOf(filter: Filter): readonly string[] | undefined {
  if (filter.is === 'in' && filter.path.toLowerCase() === 'id') return filter.among.map(String);
  if (filter.is === 'compare' && filter.op === 'eq' && filter.path.toLowerCase() === 'id') {
    return [String(filter.to)];
  }
  if (filter.is !== 'or') return undefined;
  const parts = filter.parts.map(idsOf);
  return parts.some((part) => part === undefined) ? undefined : parts.flatMap((part) => part ?? []);
}
