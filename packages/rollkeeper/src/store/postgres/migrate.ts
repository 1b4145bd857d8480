import { RollkeeperError } from '../../directory/error.ts';
import { outdatedSchema } from '../refusal.ts';
import type { Database, Session } from './connection.ts';
import { migrations } from './migrations/index.ts';
import { integer } from '../row.ts';
import { qualify } from './sql.ts';

/**
 * Brings the schema up to this version. Two processes that start at once: one migrates, the other waits and finds nothing
 * to do. A schema that is up to date is only looked at, so that a role without the right to change it may run.
 */
export async function migrate(database: Database): Promise<void> {
  if ((await versionOf(database, database)) === migrations.length) return;
  await database.transaction(async (transaction) => {
    // Whoever migrates may take long, and the others wait for it.
    await transaction.execute('SET LOCAL lock_timeout = 0');
    // Held to the end of the transaction. The key is of our own making: the schema's name, hashed.
    await transaction.run(
      "SELECT pg_advisory_xact_lock(hashtextextended('rollkeeper.migrate.' || $schema, 0))",
      { schema: database.schema },
    );
    const version = await versionOf(database, transaction);
    refuseNewer(database, version);
    if (version === 0) {
      // To create a schema takes a right on the database, even one that is there: it may have been made for this role.
      if (!(await hasSchema(transaction, database))) await transaction.execute(schemaItself);
      await transaction.execute(versionTable);
    }
    for (const [at, sql] of migrations.entries()) {
      if (at >= version) await transaction.execute(`${sql}\n${written(at + 1)}`);
    }
  });
}

/** Throws `database.outdated` or `database.newer` unless the schema is the one of this version. Changes nothing. */
export async function requireSchema(database: Database): Promise<void> {
  const version = await versionOf(database, database);
  refuseNewer(database, version);
  if (version === migrations.length) return;
  const where = `${database.location.text}, ${database.schema}`;
  throw outdatedSchema(where, version, migrations.length);
}

/** What `migrate` would run on an empty database, or from `version` on, as a script for psql. */
export function migrationScript(schema: string, version = 0): string {
  const steps = migrations.flatMap((sql, at) =>
    at < version ? [] : [`-- ${at + 1}`, sql.trim(), written(at + 1), ''],
  );
  const script = [
    'BEGIN;',
    '',
    ...(version === 0 ? [schemaItself, versionTable, ''] : []),
    ...steps,
    'COMMIT;',
  ];
  return `${qualify(script.join('\n'), schema)}\n`;
}

const schemaItself = 'CREATE SCHEMA IF NOT EXISTS {schema};';
const versionTable =
  'CREATE TABLE IF NOT EXISTS rollkeeper_schema (version integer NOT NULL PRIMARY KEY);';

const written = (version: number): string =>
  `INSERT INTO rollkeeper_schema (version) VALUES (${version});`;

async function versionOf({ schema }: Database, session: Session): Promise<number> {
  const known = await session.get(
    `SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = $schema AND c.relname = 'rollkeeper_schema'`,
    { schema },
  );
  if (known === undefined) return 0;
  const row = await session.get(
    'SELECT coalesce(max(version), 0) AS version FROM rollkeeper_schema',
  );
  return integer(row?.['version']);
}

async function hasSchema(session: Session, { schema }: Database): Promise<boolean> {
  const sql = 'SELECT 1 FROM pg_catalog.pg_namespace WHERE nspname = $schema';
  return (await session.get(sql, { schema })) !== undefined;
}

function refuseNewer({ location }: Database, version: number): void {
  if (version <= migrations.length) return;
  throw new RollkeeperError(
    'database.newer',
    `${location.text} was written by a newer Rollkeeper: its schema is ${version}, this version knows ${migrations.length}.`,
    {
      remedy:
        'Update Rollkeeper here too, or name another database or another ROLLKEEPER_DATABASE_SCHEMA.',
    },
  );
}
