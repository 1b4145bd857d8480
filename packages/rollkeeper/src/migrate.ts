import { readDatabaseSettings } from './settings/read.ts';
import type { Source } from './settings/variable.ts';
import { migrationSql as scriptOf, openStore } from './store/open.ts';

/**
 * Brings the schema of the database up to date; of the settings only those of the database count. Resolves to where it is,
 * without a password. For a role that may change the schema; `open` does the same by itself, unless told not to.
 */
export async function migrate(source: Source): Promise<string> {
  const store = await openStore(readDatabaseSettings(source));
  try {
    return store.location;
  } finally {
    await store.close();
  }
}

/**
 * The SQL that `migrate` runs, as a script. `from`: the version that the schema has; 0, the default: none. Nothing is
 * contacted.
 */
export async function migrationSql(source: Source, from = 0): Promise<string> {
  return await scriptOf(readDatabaseSettings(source), from);
}
