import type { PoolConfig } from 'pg';

import { RollkeeperError } from '../../directory/error.ts';
import type { TlsMode } from './tls.ts';
import { tlsMode, tlsOptions } from './tls.ts';

/** What a connection string says. */
export interface Location {
  /** Host, port and database, for messages. Never a user or a password. */
  readonly text: string;
  /** What a client is made with: it holds the password. */
  readonly client: Pick<
    PoolConfig,
    | 'host'
    | 'port'
    | 'user'
    | 'password'
    | 'database'
    | 'ssl'
    | 'application_name'
    | 'options'
    | 'keepAlive'
  >;
  /** `prefer` goes on without TLS where the server has none. */
  readonly tls: TlsMode;
  /** How many connections at most. */
  readonly connections: number;
  readonly connectTimeoutMs: number;
}

const defaultConnections = 5;
const defaultConnectSeconds = 15;

/**
 * Reads `postgres://user:password@host:port/database?…` and `postgresql://…`. Of the parameters, libpq's `host`, `port`,
 * `user`, `password`, `dbname`, `sslmode`, `sslrootcert`, `sslcert`, `sslkey`, `connect_timeout`, `application_name` and `options`
 * count, and Prisma's `connection_limit` and `sslaccept`; the rest, that of the host's own tools, does not concern us. What is
 * not given is taken as libpq takes it (`PGPASSWORD`, `~/.pgpass`).
 * https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING
 */
export function readLocation(url: string): Location {
  const parsed = parse(url);
  const { searchParams: parameters } = parsed;
  const host =
    parameters.get('host') ??
    (decodeURIComponent(parsed.hostname).replace(/^\[(.+)\]$/u, '$1') || 'localhost');
  if (host.includes(',')) throw invalid('names several hosts', 'Name one of them.');
  const port = whole(parameters.get('port') ?? parsed.port, 5432);
  const user = parameters.get('user') ?? decodeURIComponent(parsed.username);
  const password = parameters.get('password') ?? decodeURIComponent(parsed.password);
  const database = parameters.get('dbname') ?? decodeURIComponent(parsed.pathname.slice(1));
  const options = parameters.get('options');
  const tls = host.startsWith('/') ? 'disable' : tlsMode(parameters);
  return {
    text: host.startsWith('/') ? `${host}/${database}` : `${host}:${port}/${database}`,
    client: {
      host,
      port,
      ...(user === '' ? {} : { user }),
      ...(password === '' ? {} : { password }),
      ...(database === '' ? {} : { database }),
      ssl: tlsOptions(tls, parameters),
      application_name: parameters.get('application_name') ?? 'rollkeeper',
      ...(options === null ? {} : { options }),
      keepAlive: true,
    },
    tls,
    connections: Math.max(1, whole(parameters.get('connection_limit'), defaultConnections)),
    connectTimeoutMs: whole(parameters.get('connect_timeout'), defaultConnectSeconds) * 1000,
  };
}

/** The WHATWG parser takes no empty host beside a port or a user, as `postgres://user@/app?host=/run/postgresql` has it. */
function parse(url: string): URL {
  for (const text of [url, url.replace(/^(\w+:\/\/[^/?#]*@)(?=[/?]|$)/u, '$1localhost')]) {
    if (URL.canParse(text)) return new URL(text);
  }
  throw invalid(
    'is not a well-formed URL',
    'Percent-encode what is special in its user and password.',
  );
}

function whole(text: string | null, otherwise: number): number {
  return text !== null && /^\d+$/u.test(text) ? Number(text) : otherwise;
}

/** Never quotes the URL: it may hold a password. */
export const invalid = (fault: string, remedy: string): RollkeeperError =>
  new RollkeeperError('settings.invalid', `ROLLKEEPER_DATABASE_URL ${fault}.`, { remedy });
