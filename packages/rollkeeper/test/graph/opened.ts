import { RollkeeperError } from '../../src/directory/error.ts';
import type { Tokens } from '../../src/graph/authorise.ts';
import type { Graph } from '../../src/graph/graph.ts';
import { openGraph } from '../../src/graph/open.ts';
import type { GraphOptions } from '../../src/graph/open.ts';
import { interrupted } from '../../src/graph/wait.ts';

/** Graph at an address, with a clock that stands still but for the waits, which take no time. */
export function opened(
  graphUrl: string,
  options: Partial<GraphOptions> = {},
): { readonly graph: Graph; readonly waits: number[]; readonly signal: AbortSignal } {
  const waits: number[] = [];
  let at = Date.parse('2026-11-24T04:00:00Z');
  const graph = openGraph({
    graphUrl,
    tokens: sameToken('the-token'),
    now: () => at,
    random: () => 0,
    wait: async (ms, signal) => {
      if (signal.aborted) throw interrupted(signal);
      waits.push(ms);
      at += ms;
    },
    ...options,
  });
  return { graph, waits, signal: new AbortController().signal };
}

/** A source of tokens that gives `first`, and after each renewal another. */
export function sameToken(first: string): Tokens & { renewals: number } {
  let token = first;
  return {
    renewals: 0,
    token: async () => token,
    async renew(_signal, refused) {
      if (refused === undefined || refused === token) {
        this.renewals += 1;
        token = `${first}-${this.renewals}`;
      }
      return token;
    },
  };
}

/** The failure that a promise ends in. */
export async function failureOf(promise: Promise<unknown>): Promise<RollkeeperError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof RollkeeperError) return error;
    throw error;
  }
  throw new Error('it succeeded, and should have failed');
}

/** All pages of a listing. */
export async function gathered<Page>(pages: AsyncIterable<Page>): Promise<readonly Page[]> {
  const all: Page[] = [];
  for await (const page of pages) all.push(page);
  return all;
}
