import { RollkeeperError } from '../directory/error.ts';
import type { BatchAnswer, Graph } from '../graph/graph.ts';
import { chunks } from './people.ts';

/** Counts are advanced queries. https://learn.microsoft.com/graph/aad-advanced-queries */
const advanced = { ConsistencyLevel: 'eventual' };
/** No fewer counts than so many are put into one batch. */
const leastInBatch = 4;

/**
 * What collections count, in one round trip; null where Graph gives no number. Counts come from an index that lags, and
 * only advise: where they fail, they are missing, and nothing else.
 */
export async function counts(
  graph: Graph,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<readonly (number | null)[]> {
  const size = Math.max(leastInBatch, Math.ceil(paths.length / graph.width));
  const answers = await Promise.all(
    chunks(paths, size).map(async (part) => {
      try {
        const answered = await graph.batch(part, { headers: advanced, signal });
        return part.map((_, at) => countIn(answered[at]));
      } catch (error) {
        if (!isOfGraph(error)) throw error;
        return part.map(() => null);
      }
    }),
  );
  return answers.flat();
}

function countIn(answer: BatchAnswer | undefined): number | null {
  if (answer === undefined || !answer.ok) return null;
  const count = answer.body['@odata.count'];
  return typeof count === 'number' && Number.isSafeInteger(count) && count >= 0 ? count : null;
}

const isOfGraph = (error: unknown): boolean =>
  error instanceof RollkeeperError && error.code.startsWith('graph.');
