import type { Graph, JsonObject } from '../graph/graph.ts';
import { isCheckpointLost, isPageTokenLost } from '../graph/restart.ts';
import { Resync } from './resync.ts';

const restarts = 5;

/**
 * What a delta link tells, page by page; returns the link that goes on from there. Where Graph has lost its place in the
 * round, it begins at the link again: whoever takes the pages must bear to see items twice. Throws `Resync` where the
 * link itself is no longer honoured. https://learn.microsoft.com/graph/delta-query-overview
 */
export async function readRound(
  graph: Graph,
  link: string,
  signal: AbortSignal,
  take: (items: readonly JsonObject[]) => Promise<void>,
): Promise<string> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      let next: string | null = null;
      for await (const { items, deltaLink } of graph.delta(link, { signal })) {
        if (items.length > 0) await take(items);
        next = deltaLink;
      }
      // `delta` ends with a link or throws.
      return next ?? link;
    } catch (error) {
      if (isPageTokenLost(error) && attempt < restarts) continue;
      if (isCheckpointLost(error)) throw new Resync('checkpoint_refused', error);
      throw error;
    }
  }
}
