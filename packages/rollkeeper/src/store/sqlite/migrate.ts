import { RollkeeperError } from '../../directory/error.ts';
import { outdatedSchema } from '../refusal.ts';
import type { Connection } from './connection.ts';
import { migrations } from './migrations/index.ts';
import { integer } from '../row.ts';

/**
 * Brings the schema up to this version. Two processes that start at once: one migrates, the other waits and finds
 * nothing to do. The version is kept in a table of ours, since the file may be an application's own.
 */
export function migrate(connection: Connection): void {
  if (versionOf(connection) === migrations.length) return;
  connection.transaction(() => {
    connection.execute(versionTable);
    const version = versionOf(connection);
    if (version > migrations.length) throw newer(connection.path, version);
    for (const [at, sql] of migrations.entries()) {
      if (at < version) continue;
      connection.execute(sql);
      connection.run('INSERT INTO rollkeeper_schema (version) VALUES ($version)', {
        version: at + 1,
      });
    }
  });
}

/** Throws `database.outdated` or `database.newer` unless the schema is the one of this version. Changes nothing. */
export function requireSchema(connection: Connection): void {
  const version = versionOf(connection);
  if (version > migrations.length) throw newer(connection.path, version);
  if (version < migrations.length)
    throw outdatedSchema(connection.path, version, migrations.length);
}

/** What `migrate` would run, from a version on. */
export function migrationScript(from = 0): string {
  const steps = migrations.flatMap((sql, at) =>
    at < from
      ? []
      : [sql.trim(), `INSERT INTO rollkeeper_schema (version) VALUES (${at + 1});`, ''],
  );
  return [
    'BEGIN IMMEDIATE;',
    '',
    ...(from === 0 ? [`${versionTable};`, ''] : []),
    ...steps,
    'COMMIT;',
    '',
  ].join('\n');
}

const versionTable =
  'CREATE TABLE IF NOT EXISTS rollkeeper_schema (version INTEGER NOT NULL PRIMARY KEY) STRICT';

function versionOf(connection: Connection): number {
  const known = connection.get(
    "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'rollkeeper_schema'",
  );
  if (known === undefined) return 0;
  const row = connection.get('SELECT coalesce(max(version), 0) AS version FROM rollkeeper_schema');
  return integer(row?.['version']);
}

function newer(path: string, version: number): RollkeeperError {
  return new RollkeeperError(
    'database.newer',
    `${path} was written by a newer Rollkeeper: its schema is ${version}, this version knows ${migrations.length}.`,
    { remedy: 'Update Rollkeeper here too, or name another file in ROLLKEEPER_DATABASE_URL.' },
  );
}
