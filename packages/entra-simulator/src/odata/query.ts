import { badRequest, unparsable, unsupportedQuery } from '../graph-error.ts';

/** The system query options of a request, read but not yet judged. */
export interface Query {
  readonly select: readonly string[] | undefined;
  readonly filter: string | undefined;
  readonly expand: string | undefined;
  readonly search: string | undefined;
  readonly orderby: string | undefined;
  readonly top: number | undefined;
  readonly count: boolean;
  readonly skipToken: string | undefined;
  readonly deltaToken: string | undefined;
  /** `ConsistencyLevel: eventual` was sent. */
  readonly eventual: boolean;
  /** The advanced query: the header and `$count=true`. */
  readonly advanced: boolean;
  /** The options as they came, without the page token, for the next link. */
  readonly carried: string;
}

const known = new Set([
  'select',
  'filter',
  'expand',
  'search',
  'orderby',
  'top',
  'count',
  'skiptoken',
  'deltatoken',
  'format',
]);

/** The longest URL of an advanced query. */
const longestUrl = 2048;

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw unparsable('The request URL is not properly encoded.');
  }
}

function options(search: string): { values: Map<string, string>; carried: string } {
  const values = new Map<string, string>();
  const carried: string[] = [];
  for (const part of search.split('&')) {
    if (part === '') continue;
    const split = part.indexOf('=');
    const written = decode(split < 0 ? part : part.slice(0, split));
    const name = written.replace(/^\$/, '').toLowerCase();
    if (!known.has(name)) {
      if (written === '$skip') throw badRequest("'$skip' is not supported by the service.");
      if (written.startsWith('$'))
        throw unparsable(`The query parameter '${written}' is not supported.`);
      continue;
    }
    if (values.has(name)) {
      throw unparsable(
        `Query option '$${name}' was specified more than once, but it must be specified at most once.`,
      );
    }
    values.set(name, split < 0 ? '' : decode(part.slice(split + 1)));
    if (name !== 'skiptoken') carried.push(part);
  }
  return { values, carried: carried.join('&') };
}

function topOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text) || Number(text) === 0) {
    throw badRequest(
      `Invalid value '${text}' for $top query option found. It must be a positive number.`,
    );
  }
  return Number(text);
}

function countOf(text: string | undefined): boolean {
  if (text === undefined) return false;
  if (!/^(?:true|false)$/i.test(text)) {
    throw unparsable(`Invalid value '${text}' for $count query option found.`);
  }
  return text.toLowerCase() === 'true';
}

/** Reads the query of a URL (without its question mark) and the header that goes with it. */
export function parseQuery(search: string, headers: Readonly<Record<string, string>>): Query {
  const { values, carried } = options(search);
  const eventual = (headers['consistencylevel'] ?? '').toLowerCase() === 'eventual';
  const count = countOf(values.get('count'));
  if (eventual && count && search.length > longestUrl)
    throw unsupportedQuery('The URL is too long.');
  const select = values.get('select');
  return {
    select: select === undefined ? undefined : select.split(',').map((name) => name.trim()),
    filter: values.get('filter'),
    expand: values.get('expand'),
    search: values.get('search'),
    orderby: values.get('orderby'),
    top: topOf(values.get('top')),
    count,
    skipToken: values.get('skiptoken'),
    deltaToken: values.get('deltatoken'),
    eventual,
    advanced: eventual && count,
    carried,
  };
}
