import type { Rollkeeper } from '../open.ts';
import { withRollkeeper } from './environment.ts';
import { note, progressView } from './terminal.ts';

export interface ExportOptions {
  readonly from: 'graph' | 'database';
  readonly scope: boolean;
  readonly output: string;
}

export async function exportUsersCommand(
  signal: AbortSignal,
  options: ExportOptions,
): Promise<number> {
  return await exporting(
    signal,
    options,
    'users',
    async (keeper, more) => await keeper.exportUsers(more),
  );
}

export async function exportGroupsCommand(
  signal: AbortSignal,
  options: ExportOptions,
): Promise<number> {
  return await exporting(
    signal,
    options,
    'groups',
    async (keeper, more) => await keeper.exportGroups(more),
  );
}

async function exporting(
  signal: AbortSignal,
  options: ExportOptions,
  what: 'users' | 'groups',
  write: (keeper: Rollkeeper, options: Parameters<Rollkeeper['exportUsers']>[0]) => Promise<number>,
): Promise<number> {
  const view = progressView();
  return await withRollkeeper(signal, async (keeper) => {
    try {
      const rows = await write(keeper, { ...options, signal, onProgress: view.show });
      view.stop();
      note(
        `${rows} ${what} written to ${options.output === '-' ? 'standard output' : options.output}`,
      );
      return 0;
    } finally {
      view.stop();
    }
  });
}
