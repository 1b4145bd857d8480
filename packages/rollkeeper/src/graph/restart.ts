import { RollkeeperError } from '../directory/error.ts';

/** Whether a list must be read from its beginning again because Graph forgot the place in it. */
export function isPageTokenLost(error: unknown): boolean {
  return /^directory_?(?:expiredpagetoken|pagetokennotfoundexception)$/iu.test(graphCode(error));
}

/**
 * Whether an answer to a delta link means that changes since then can no longer be told, so that everything must be read
 * anew. Ask it of failures of delta rounds only: elsewhere a 400 means something else.
 * https://learn.microsoft.com/graph/delta-query-overview
 */
export function isCheckpointLost(error: unknown): boolean {
  if (!(error instanceof RollkeeperError)) return false;
  const status = error.where?.status;
  const code = graphCode(error);
  if (status === 410) return true;
  if (status !== 400 && status !== 404) return false;
  if (/syncstatenotfound|resync/iu.test(code)) return true;
  return status === 400 && /^(?:directory_\w+|request_badrequest|badrequest)$/iu.test(code);
}

const graphCode = (error: unknown): string =>
  error instanceof RollkeeperError ? (error.where?.graphCode ?? '') : '';
