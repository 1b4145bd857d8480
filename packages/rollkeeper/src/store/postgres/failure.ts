import type { ErrorCode } from '../../directory/error.ts';
import { RollkeeperError } from '../../directory/error.ts';

/** What a server or a socket says of itself. https://www.postgresql.org/docs/current/errcodes-appendix.html */
interface Coded extends Error {
  readonly code: string;
}

const isCoded = (error: unknown): error is Coded =>
  error instanceof Error && 'code' in error && typeof error.code === 'string';

const codeOf = (error: unknown): string => (isCoded(error) ? error.code : '');

/** Whether the server undid a transaction because of somebody else's: it may be done again. */
export const isRepeatable = (error: unknown): boolean => ['40001', '40P01'].includes(codeOf(error));

/** Whether what was waited for stayed locked. */
export const isLocked = (error: unknown): boolean =>
  codeOf(error instanceof RollkeeperError ? error.cause : error) === '55P03';

/** Whether the connection is of no more use. */
export function isLost(error: unknown): boolean {
  const found = error instanceof RollkeeperError ? error.cause : error;
  return lost.test(codeOf(found)) || (found instanceof Error && broken.test(found.message));
}

/** Connection failures (class 08), a session or server that was shut down, and sockets. */
const lost = /^(?:08...|57P0[1-5]|25P0[34]|ECONNRESET|EPIPE|ETIMEDOUT|ERR_STREAM_.*)$/u;
/** What pg says of a broken connection without a code. */
const broken =
  /^(?:Connection terminated|Client has encountered a connection error|Premature close)/u;

/** What failed in PostgreSQL, in our words: names the database and says what to do next. Other errors are given back. */
export function explain(error: unknown, location: string): unknown {
  if (error instanceof RollkeeperError) return error;
  if (error instanceof AggregateError && error.errors.length > 0) {
    // Every address of a host was tried.
    return explain(error.errors[0], location);
  }
  if (!(error instanceof Error)) return error;
  const found = explanations.find(({ of }) => of.test(codeOf(error)) || of.test(error.message));
  if (found !== undefined) {
    return failure(found.code, found.message(location, error), found.remedy, error);
  }
  if (isLost(error)) return lostConnection(location, error);
  if (!isCoded(error)) return error;
  const message = `PostgreSQL failed on ${location}: ${error.message} (${error.code}).`;
  const remedy =
    'Run the command again; if it fails again, see the server’s log. What was not finished is not there.';
  return failure('database.failed', message, remedy, error);
}

const lostConnection = (location: string, error: Error): RollkeeperError =>
  failure(
    'database.lost',
    `The connection to ${location} was lost.`,
    'See that the server is up, and run the command again. What was not finished is not there.',
    error,
  );

interface Explanation {
  /** Of the code or of the message. */
  readonly of: RegExp;
  readonly code: ErrorCode;
  readonly message: (location: string, error: Error) => string;
  readonly remedy: string;
}

const explanations: readonly Explanation[] = [
  {
    of: /^(?:ECONNREFUSED|ENOENT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|57P03)$|^timeout expired$|Connection terminated due to connection timeout/u,
    code: 'database.unreachable',
    message: (location, error) => `No PostgreSQL answers at ${location}: ${reason(error)}.`,
    remedy:
      'Check host and port in ROLLKEEPER_DATABASE_URL, that the server runs, and that nothing between stands in the way.',
  },
  {
    of: /^unsupported startup parameter/u,
    code: 'database.refused',
    message: (location, error) =>
      `A pooler at ${location} takes less than it is given: ${reason(error)}.`,
    remedy:
      'Write ROLLKEEPER_DATABASE_URL without options, name the server itself in it, or let the pooler pass what it names.',
  },
  {
    of: /not allowed in statement pooling mode$/u,
    code: 'database.refused',
    message: (location, error) =>
      `A pooler at ${location} lets no transaction pass: ${reason(error)}.`,
    remedy:
      'Set its pool_mode to transaction or session, or name the server itself in ROLLKEEPER_DATABASE_URL.',
  },
  {
    of: /no encryption$/u,
    code: 'database.insecure',
    message: (location) => `${location} lets this user in by TLS alone, and was asked without TLS.`,
    remedy: 'Put sslmode=verify-full, or at least sslmode=require, into ROLLKEEPER_DATABASE_URL.',
  },
  {
    of: /^28(?:000|P01)$|^SASL|password must be a string/u,
    code: 'database.refused',
    message: (location) => `${location} does not let this user in.`,
    remedy:
      'Check user and password in ROLLKEEPER_DATABASE_URL (special characters percent-encoded), and the server’s pg_hba.conf.',
  },
  {
    of: /^3D000$/u,
    code: 'database.missing',
    message: (location) => `The server has no such database: ${location}.`,
    remedy: 'Create it (`createdb`), or name another in ROLLKEEPER_DATABASE_URL.',
  },
  {
    of: /^42501$/u,
    code: 'database.forbidden',
    message: (location, error) => `This user may not do that in ${location}: ${reason(error)}.`,
    remedy:
      'Run `rollkeeper migrate` once as a role that may create the schema, and grant this one the rest: see the guide on PostgreSQL.',
  },
  {
    of: /^53[12]00$|^ENOSPC$/u,
    code: 'database.full',
    message: (location, error) => `The server of ${location} has no room left: ${reason(error)}.`,
    remedy:
      'Free space or memory on the server, and run the command again. What was not finished is not there.',
  },
  {
    of: /^53300$|^no more connections allowed/u,
    code: 'database.busy',
    message: (location) => `${location} has no connection left to give.`,
    remedy:
      'Raise max_connections of the server or the limit of this role, close what is idle, or put connection_limit=2 into ROLLKEEPER_DATABASE_URL.',
  },
  {
    of: /^(?:40001|40P01|55P03)$/u,
    code: 'database.locked',
    message: (location) => `Others in ${location} hold what this needs.`,
    remedy: 'Let their work end, and run the command again. What was not finished is not there.',
  },
  {
    of: /^(?:25006|57014)$/u,
    code: 'database.unwritable',
    message: (location, error) => `${location} does not take this: ${reason(error)}.`,
    remedy: 'Name the primary server, not a read-only one, and let statements take their time.',
  },
  {
    of: /does not support SSL|^(?:CERT_|DEPTH_|ERR_TLS_|SELF_SIGNED|UNABLE_TO_|ERR_SSL)/u,
    code: 'database.insecure',
    message: (location, error) => `No safe connection to ${location}: ${reason(error)}.`,
    remedy:
      'Name the server’s root certificate with sslrootcert in ROLLKEEPER_DATABASE_URL and the host as its certificate has it, or ask for less with sslmode.',
  },
];

/** The server’s own words, without a full stop at their end. */
const reason = (error: Error): string =>
  (error.message === '' ? codeOf(error) : error.message).replace(/\.$/u, '');

const failure = (code: ErrorCode, message: string, remedy: string, cause: Error): RollkeeperError =>
  new RollkeeperError(code, message, { remedy, cause });
