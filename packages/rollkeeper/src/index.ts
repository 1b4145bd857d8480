/** The public surface of Rollkeeper. What is exported here stays stable within a major version. */
export { open } from './open.ts';
export { migrate, migrationSql } from './migrate.ts';
export type { Logger } from './observe/logger.ts';
export type { RunWork } from './run/work.ts';
export type { Decision, OpenOptions, Rollkeeper, RunOptions, StartOptions } from './open.ts';
export type { Consent } from './consent/begin.ts';
export type { Trial } from './consent/establish.ts';
export type { Scheduled } from './schedule/schedule.ts';
export type { Group, Person, Supervisor, UserProfile } from './directory/person.ts';
export type { ObjectId, Reason } from './directory/statement.ts';
export { RollkeeperError } from './directory/error.ts';
export type { ErrorCode, ErrorDetails, Where } from './directory/error.ts';
export { RunFailed } from './run/ending.ts';
export type { RunReport, RunResult } from './run/report.ts';
export type { Notice } from './run/notices.ts';
export type { Progress } from './run/parts.ts';
export type { Status } from './run/status.ts';
export type { HeldState } from './decide/held.ts';
export type { HeldKind, RemovalKind } from './decide/threshold.ts';
export type {
  ChangeRow,
  ErasureRow,
  HeldRow,
  Pause,
  PlannedRow,
  Purged,
  RunKind,
  RunRow,
  RunStatus,
} from './store/store.ts';
export type { TokenCredential } from './settings/settings.ts';
export type { Authorize, Permission, Verdict } from './web/principal.ts';
export type { WebHandler, WebOptions } from './web/web.ts';
