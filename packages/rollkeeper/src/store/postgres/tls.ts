import { readFileSync } from 'node:fs';
import { getCACertificates } from 'node:tls';
import type { ConnectionOptions } from 'node:tls';

import { RollkeeperError } from '../../directory/error.ts';

/** libpq's names. https://www.postgresql.org/docs/current/libpq-ssl.html */
const modes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;
export type TlsMode = (typeof modes)[number];

/**
 * What `sslmode` says, as libpq reads it: `prefer` where nothing does. Prisma's `sslaccept=strict` checks the server's
 * certificate; `no-verify`, as pg has it, is `require`.
 */
export function tlsMode(parameters: URLSearchParams): TlsMode {
  const given = parameters.get('sslmode');
  const mode = modes.find((known) => known === given);
  if (given !== null && given !== 'no-verify' && mode === undefined) {
    throw new RollkeeperError(
      'settings.invalid',
      `ROLLKEEPER_DATABASE_URL has an sslmode that is not known.`,
      { remedy: `Set sslmode to one of ${modes.join(', ')}.` },
    );
  }
  if (given === 'no-verify') return 'require';
  const asked = mode ?? (isTrue(parameters.get('ssl')) ? 'require' : 'prefer');
  const strict = parameters.get('sslaccept') === 'strict' && asked !== 'disable';
  return strict && (mode === undefined || mode === 'require' || mode === 'prefer')
    ? 'verify-full'
    : asked;
}

const isTrue = (value: string | null): boolean => value === 'true' || value === '1';

/**
 * Options for Node's TLS; false: none. A root certificate makes `require` check the chain, as libpq does. `sslcert`
 * without `sslkey` is how Prisma names the root certificate.
 */
export function tlsOptions(mode: TlsMode, parameters: URLSearchParams): ConnectionOptions | false {
  if (mode === 'disable' || mode === 'allow') return false;
  const key = file(parameters, 'sslkey');
  const certificate = file(parameters, 'sslcert');
  const root = rootCertificates(parameters) ?? (key === undefined ? certificate : undefined);
  const verifies = mode.startsWith('verify') || (mode === 'require' && root !== undefined);
  return {
    rejectUnauthorized: verifies,
    ...(root === undefined ? {} : { ca: root }),
    ...(key === undefined || certificate === undefined ? {} : { key, cert: certificate }),
    ...(mode === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
  };
}

function rootCertificates(parameters: URLSearchParams): string | string[] | undefined {
  if (parameters.get('sslrootcert') === 'system') return getCACertificates('system');
  return file(parameters, 'sslrootcert');
}

function file(parameters: URLSearchParams, name: string): string | undefined {
  const path = parameters.get(name);
  if (path === null || path === '') return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw new RollkeeperError(
      'settings.invalid',
      `The file that ${name} names in ROLLKEEPER_DATABASE_URL cannot be read: ${path}.`,
      { remedy: 'Name a file in PEM format that this user may read.', cause },
    );
  }
}
