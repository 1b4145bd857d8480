import type { GroupsLink } from '../directory/checkpoint.ts';
import { RollkeeperError } from '../directory/error.ts';
import type { ObjectId } from '../directory/statement.ts';
import type { Graph } from '../graph/graph.ts';
import type { DeltaWay } from '../graph/queries.ts';
import { idsPerDelta, queries } from '../graph/queries.ts';
import { chunks } from './people.ts';

/**
 * Takes the delta links that tell what happens from now on. Where Graph refuses `$deltatoken=latest`, a first round is
 * walked to its link instead; what it holds is let go, since the read that follows tells it.
 */
export class Links {
  readonly #graph: Graph;
  readonly #signal: AbortSignal;
  #way: DeltaWay;

  constructor(graph: Graph, signal: AbortSignal, way: DeltaWay) {
    this.#graph = graph;
    this.#signal = signal;
    this.#way = way;
  }

  /** How links are taken; the dearer way, once the other was refused. */
  get way(): DeltaWay {
    return this.#way;
  }

  async users(select: string): Promise<string> {
    return await this.#take((way) => queries.usersDelta(select, way));
  }

  async groups(ids: readonly ObjectId[]): Promise<readonly GroupsLink[]> {
    return await Promise.all(
      chunks(ids, idsPerDelta).map(async (some) => ({
        ids: some,
        link: await this.#take((way) => queries.groupsDelta(some, way)),
      })),
    );
  }

  async #take(path: (way: DeltaWay) => string): Promise<string> {
    if (this.#way === 'latest') {
      try {
        return await this.#walk(path('latest'));
      } catch (error) {
        if (!isRefused(error)) throw error;
        this.#way = 'initial';
      }
    }
    return await this.#walk(path('initial'));
  }

  async #walk(path: string): Promise<string> {
    let link: string | null = null;
    for await (const page of this.#graph.delta(path, { signal: this.#signal })) {
      link = page.deltaLink;
    }
    // `delta` ends with a link or throws.
    return link ?? '';
  }
}

function isRefused(error: unknown): boolean {
  if (!(error instanceof RollkeeperError)) return false;
  return error.code === 'graph.refused' || error.code === 'graph.not_found';
}
