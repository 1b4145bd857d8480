import type { GetOptions, Graph, JsonObject } from '../graph/graph.ts';
import { isPageTokenLost } from '../graph/restart.ts';

const restarts = 5;

/**
 * The pages of a collection; where Graph has lost its place in it, from the first page again, at most five times.
 * Whoever takes the pages must bear to see items twice. https://learn.microsoft.com/graph/paging
 */
export async function* listing(
  graph: Graph,
  path: string,
  options: GetOptions,
): AsyncGenerator<readonly JsonObject[]> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      yield* graph.pages(path, options);
      return;
    } catch (error) {
      if (!isPageTokenLost(error) || attempt === restarts) throw error;
    }
  }
}
