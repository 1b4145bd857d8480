import { createHash } from 'node:crypto';
import { RollkeeperError } from '../directory/error.ts';
import { isObject } from './answer.ts';
import type { DeltaPage, GetOptions, JsonObject } from './graph.ts';
import { absoluteLink, shownPath } from './link.ts';

/** Gets one page by its absolute address. */
export type GetPage = (url: string, options: GetOptions) => Promise<JsonObject>;
/** Makes the error for a page that is not one. */
export type BadPage = (url: string, what: string) => RollkeeperError;

/** So many empty pages in a row, or pages in all, have no end: an empty page is normal, and a million users are 10,000. */
const mostEmpty = 1_000;
const mostPages = 100_000;

interface Reader {
  readonly root: string;
  readonly get: GetPage;
  readonly bad: BadPage;
}

interface LinkedPage {
  readonly url: string;
  readonly items: readonly JsonObject[];
  readonly next: string | null;
  readonly deltaLink: string | null;
}

/** The pages from `first` to the last; an empty page with a next link is a page like any other. */
export async function* readPages(
  reader: Reader,
  first: string,
  options: GetOptions,
): AsyncGenerator<readonly JsonObject[]> {
  for await (const { items } of follow(reader, first, options)) yield items;
}

/** The pages from a body that is there already, the answer to `url`, to the last. */
export async function* readFollowing(
  reader: Reader,
  url: string,
  body: JsonObject,
  options: GetOptions,
): AsyncGenerator<readonly JsonObject[]> {
  const { items, next } = readPage(reader, url, body);
  yield items;
  if (next !== null) yield* readPages(reader, next, options);
}

/** The pages of a delta round; only the last has the delta link, and must have it. */
export async function* readRound(
  reader: Reader,
  first: string,
  options: GetOptions,
): AsyncGenerator<DeltaPage> {
  for await (const { url, items, next, deltaLink } of follow(reader, first, options)) {
    if ((next === null) === (deltaLink === null)) {
      throw reader.bad(
        url,
        `it has ${next === null ? 'neither' : 'both'} a next link and a delta link`,
      );
    }
    yield { items, deltaLink };
  }
}

async function* follow(
  reader: Reader,
  first: string,
  options: GetOptions,
): AsyncGenerator<LinkedPage> {
  // Hashes and not the links, which run to kilobytes each, over thousands of pages.
  const seen = new Set<string>();
  let url: string | null = first;
  let empty = 0;
  while (url !== null) {
    seen.add(digest(url));
    const page = readPage(reader, url, await reader.get(url, options));
    if (page.next !== null && seen.has(digest(page.next))) throw loop(page.next, seen.size);
    empty = page.items.length > 0 ? 0 : empty + 1;
    if (empty > mostEmpty || seen.size > mostPages) throw endless(url, seen.size);
    yield page;
    url = page.next;
  }
}

function readPage({ root, bad }: Reader, url: string, body: JsonObject): LinkedPage {
  const items = body['value'];
  if (!Array.isArray(items)) throw bad(url, 'it has no list called value');
  if (!items.every(isObject)) throw bad(url, 'its list holds something that is not an object');
  const link = (name: string): string | null => {
    const value = body[name];
    if (value === undefined || value === null) return null;
    if (typeof value !== 'string') throw bad(url, `its ${name} is not a text`);
    return absoluteLink(root, value);
  };
  return { url, items, next: link('@odata.nextLink'), deltaLink: link('@odata.deltaLink') };
}

const digest = (link: string): string => createHash('sha256').update(link).digest('base64');

function endless(link: string, pages: number): RollkeeperError {
  const path = shownPath(link);
  return new RollkeeperError(
    'graph.loop',
    `The list goes on after ${pages} pages, ever with a new link (${path}); it would have no end.`,
    {
      remedy: 'Run again later; if it happens again, give the request to Microsoft support.',
      where: { method: 'GET', path },
      facts: { pages },
    },
  );
}

function loop(link: string, pages: number): RollkeeperError {
  const path = shownPath(link);
  return new RollkeeperError(
    'graph.loop',
    `The next link of page ${pages} leads back to a page read before (${path}); the list would have no end.`,
    {
      remedy: 'Run again later; if it happens again, give the request to Microsoft support.',
      where: { method: 'GET', path },
      facts: { pages },
    },
  );
}
