/**
 * Every failure that Rollkeeper reports on purpose. `code` is stable and may be relied on; `message`
 * says what failed and is for people; `remedy` says what to do next.
 *
 * | area | codes | exit code of the command line |
 * |---|---|---|
 * | settings, usage | `settings.invalid`, `usage` | 2 |
 * | token, consent, permission | `token.refused`, `token.unreachable`, `graph.unauthorized`, `graph.forbidden`, `graph.permission_lost` | 3 (`token.unreachable`: 5) |
 * | group | `group.not_found`, `group.ambiguous`, `group.gone`, `group.hidden` | 4 |
 * | Graph | `graph.failed`, `graph.refused`, `graph.bad_answer`, `graph.foreign_link`, `graph.loop` | 5 |
 * | people | `person.not_found`, `person.needed` | 2 |
 * | runs | `run.held` 6, `run.active` 7, `run.lost_lease` 7, `run.not_found`, `run.holds_nothing`, `run.ended` 2, `run.cancelled` 130 | |
 * | database | `database.failed`, `database.not_a_database`, `database.locked`, `database.unwritable`, `database.full`, `database.newer`, `database.outdated`, `database.unreachable`, `database.refused`, `database.missing`, `database.forbidden`, `database.lost`, `database.busy`, `database.insecure` | 8 |
 * | notices | `notice.undelivered` | 1 |
 * | the user | `interrupted` | 130 or 143 |
 */
export type ErrorCode =
  | 'usage'
  | 'settings.invalid'
  | 'token.refused'
  | 'token.unreachable'
  | 'graph.unauthorized'
  | 'graph.forbidden'
  | 'graph.permission_lost'
  | 'graph.not_found'
  | 'graph.refused'
  | 'graph.failed'
  | 'graph.bad_answer'
  | 'graph.foreign_link'
  | 'graph.loop'
  | 'group.not_found'
  | 'group.ambiguous'
  | 'group.gone'
  | 'group.hidden'
  | 'user.not_found'
  | 'person.not_found'
  | 'person.needed'
  | 'run.held'
  | 'run.active'
  | 'run.lost_lease'
  | 'run.not_found'
  | 'run.holds_nothing'
  | 'run.ended'
  | 'run.cancelled'
  | 'database.failed'
  | 'database.not_a_database'
  | 'database.locked'
  | 'database.unwritable'
  | 'database.full'
  | 'database.newer'
  | 'database.outdated'
  | 'database.unreachable'
  | 'database.refused'
  | 'database.missing'
  | 'database.forbidden'
  | 'database.lost'
  | 'database.busy'
  | 'database.insecure'
  | 'notice.undelivered'
  | 'interrupted'
  | 'unexpected';

/** Where a request failed. Never holds a token, a secret or a query string with either. */
export interface Where {
  readonly method: string;
  /** Path and query, without the host. */
  readonly path: string;
  /** HTTP status; absent where no answer came. */
  readonly status?: number;
  /** Graph's `error.code`, or the token endpoint's `AADSTS…` number. */
  readonly graphCode?: string;
  /** Microsoft's request id, to quote to their support. */
  readonly requestId?: string;
}

export interface ErrorDetails {
  readonly remedy: string;
  readonly where?: Where;
  readonly cause?: unknown;
  /** Further facts, by name; for `--json` and logs. Never secrets. */
  readonly facts?: Readonly<Record<string, string | number | boolean | readonly string[]>>;
}

export class RollkeeperError extends Error {
  override readonly name = 'RollkeeperError';
  readonly code: ErrorCode;
  readonly remedy: string;
  readonly where: Where | undefined;
  readonly facts: ErrorDetails['facts'];

  constructor(code: ErrorCode, message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.remedy = details.remedy;
    this.where = details.where;
    this.facts = details.facts;
  }
}
