import { RollkeeperError } from '../directory/error.ts';
import type { GetOptions, Graph, JsonObject } from '../graph/graph.ts';
import { isPageTokenLost } from '../graph/restart.ts';

const restarts = 5;
/** A listing that brings so many times what was counted, and as many items more, has no end. */
const timesCounted = 2;
const beyondCount = 10_000;

/**
 * The pages of a collection; where Graph has lost its place in it, from the first page again, at most five times.
 * Whoever takes the pages must bear to see items twice. `counted` tells how many items are to be expected, where that is
 * known by then; a listing that goes far beyond it is `graph.loop`. https://learn.microsoft.com/graph/paging
 */
export async function* listing(
  graph: Graph,
  path: string,
  options: GetOptions,
  counted: () => number | null = () => null,
): AsyncGenerator<readonly JsonObject[]> {
  yield* restarted(() => graph.pages(path, options), path, counted);
}

/** The same, from a first page that is there already: the answer to `path` in a batch. */
export async function* listingFrom(
  graph: Graph,
  path: string,
  first: JsonObject,
  options: GetOptions,
): AsyncGenerator<readonly JsonObject[]> {
  let isFirst = true;
  const pages = (): AsyncIterable<readonly JsonObject[]> => {
    const from = isFirst ? graph.following(first, options) : graph.pages(path, options);
    isFirst = false;
    return from;
  };
  yield* restarted(pages, path, () => null);
}

async function* restarted(
  pages: () => AsyncIterable<readonly JsonObject[]>,
  path: string,
  counted: () => number | null,
): AsyncGenerator<readonly JsonObject[]> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      yield* bounded(pages(), path, counted);
      return;
    } catch (error) {
      if (!isPageTokenLost(error) || attempt === restarts) throw error;
    }
  }
}

async function* bounded(
  pages: AsyncIterable<readonly JsonObject[]>,
  path: string,
  counted: () => number | null,
): AsyncGenerator<readonly JsonObject[]> {
  let items = 0;
  for await (const page of pages) {
    items += page.length;
    const count = counted();
    if (count !== null && items > timesCounted * count + beyondCount) {
      throw new RollkeeperError(
        'graph.loop',
        `A list of about ${count} objects (${path}) brought ${items} and goes on; it would have no end.`,
        {
          remedy: 'Run again later; if it happens again, give the request to Microsoft support.',
          where: { method: 'GET', path },
          facts: { count, items },
        },
      );
    }
    yield page;
  }
}
