import type { ErrorCode } from '../directory/error.ts';
import { RollkeeperError } from '../directory/error.ts';
import { Interrupted } from './signals.ts';

/** The exit codes of every command. Stable. */
export const exitCodes = {
  0: 'done',
  1: 'unexpected failure',
  2: 'usage or settings',
  3: 'token, consent or permission',
  4: 'group not found, ambiguous, gone or hidden',
  5: 'Graph failed after retries, or gave an answer that cannot be right',
  6: 'removals are held',
  7: 'another run is active',
  8: 'database',
  9: 'the last success is too old (`rollkeeper status`)',
  130: 'interrupted (Ctrl-C), or cancelled with `rollkeeper runs cancel`',
  143: 'terminated',
} as const;

export const byCode: Readonly<Record<ErrorCode, keyof typeof exitCodes>> = {
  usage: 2,
  'settings.invalid': 2,
  'token.refused': 3,
  'token.unreachable': 5,
  'graph.unauthorized': 3,
  'graph.forbidden': 3,
  'graph.permission_lost': 3,
  'graph.not_found': 5,
  'graph.refused': 5,
  'graph.failed': 5,
  'graph.bad_answer': 5,
  'graph.foreign_link': 5,
  'graph.loop': 5,
  'group.not_found': 4,
  'group.ambiguous': 4,
  'group.gone': 4,
  'group.hidden': 4,
  'user.not_found': 2,
  'person.not_found': 2,
  'person.needed': 2,
  'run.held': 6,
  'run.active': 7,
  'run.lost_lease': 7,
  'run.not_found': 2,
  'run.holds_nothing': 2,
  'run.ended': 2,
  'run.cancelled': 130,
  'notice.undelivered': 1,
  'database.failed': 8,
  'database.not_a_database': 8,
  'database.locked': 8,
  'database.unwritable': 8,
  'database.full': 8,
  'database.newer': 8,
  'database.outdated': 8,
  'database.unreachable': 8,
  'database.refused': 8,
  'database.missing': 8,
  'database.forbidden': 8,
  'database.lost': 8,
  'database.busy': 8,
  'database.insecure': 8,
  interrupted: 130,
  unexpected: 1,
};

/** The exit code that stands for an error, looking through its causes. */
export function exitCodeOf(error: unknown): keyof typeof exitCodes {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof Interrupted) return cause.exitCode;
    if (cause instanceof RollkeeperError) return byCode[cause.code];
  }
  return 1;
}
