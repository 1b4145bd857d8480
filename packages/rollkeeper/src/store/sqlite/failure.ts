import type { ErrorCode } from '../../directory/error.ts';
import { RollkeeperError } from '../../directory/error.ts';

/** https://www.sqlite.org/rescode.html */
const code = {
  busy: 5,
  locked: 6,
  readonly: 8,
  io: 10,
  full: 13,
  cannotOpen: 14,
  notADatabase: 26,
};
/** Writing, growing or syncing a file failed: a full disk, a quota or a limit on the size of files. */
const outOfSpace = [778, 1034, 1546, 4874];

interface SqliteFailure extends Error {
  readonly errcode: number;
}

const isSqliteFailure = (error: unknown): error is SqliteFailure =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number';

/** What failed in SQLite, in our words: names the file and says what to do next. Other errors are given back. */
export function explain(error: unknown, path: string): unknown {
  if (error instanceof RollkeeperError) return error;
  if (isSqliteFailure(error)) return explainCode(error, path);
  if (error instanceof Error && 'code' in error && 'syscall' in error) {
    return unwritable(error, path);
  }
  return error;
}

function explainCode(error: SqliteFailure, path: string): RollkeeperError {
  if (outOfSpace.includes(error.errcode)) return full(error, path);
  switch (error.errcode & 0xff) {
    case code.notADatabase:
      return failure('database.not_a_database', `${path} is not an SQLite database.`, error, {
        remedy:
          'Name another file in ROLLKEEPER_DATABASE_URL, or move this one away. It was not changed.',
      });
    case code.busy:
    case code.locked:
      return failure('database.locked', `${path} is locked by another process.`, error, {
        remedy:
          'Let the other process finish, or end it, and run the command again. `fuser` or `lsof` names it.',
      });
    case code.readonly:
    case code.cannotOpen:
      return unwritable(error, path);
    case code.full:
      return full(error, path);
    default:
      return failure('database.failed', `SQLite failed on ${path}: ${error.message}.`, error, {
        remedy:
          'Run the command again; if it fails again, check the disk and run `PRAGMA integrity_check` on the file.',
      });
  }
}

function unwritable(error: Error, path: string): RollkeeperError {
  return failure('database.unwritable', `${path} cannot be opened for writing.`, error, {
    remedy:
      'Check that its directory exists and that this user may write to the directory and to the file.',
  });
}

function full(error: Error, path: string): RollkeeperError {
  return failure('database.full', `There is no room to write ${path}.`, error, {
    remedy:
      'Free space on its disk, or lift the limit on its size, and run the command again. What was not finished is not there.',
  });
}

function failure(
  errorCode: ErrorCode,
  message: string,
  cause: Error,
  { remedy }: { readonly remedy: string },
): RollkeeperError {
  return new RollkeeperError(errorCode, message, { remedy, cause });
}
