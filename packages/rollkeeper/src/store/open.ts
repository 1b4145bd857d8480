import type { Search } from './search.ts';
import type { Store } from './store.ts';

/** Which database, and what may be done to its schema. */
export interface Opened {
  /** `sqlite:…`, `file:…`, `postgres://…` or `postgresql://…`. */
  readonly database: string;
  /** Where everything is kept in PostgreSQL. */
  readonly databaseSchema: string;
}

export interface StoreOptions {
  /** Bring the schema up to date. false: throw `database.outdated` where it is not. Default true. */
  readonly migrate?: boolean;
}

/** Opens the database that the settings name. The driver of the other one is not loaded. */
export async function openStore(
  { database, databaseSchema }: Opened,
  options: StoreOptions = {},
): Promise<Store & Search> {
  if (isPostgres(database)) {
    const { openPostgres } = await import('./postgres/open.ts');
    return await openPostgres(database, { ...options, schema: databaseSchema });
  }
  const { openSqlite } = await import('./sqlite/open.ts');
  return await openSqlite(database, options);
}

/** What would be run to bring the schema from a version up to date, as a script. Nothing is contacted. */
export async function migrationSql(
  { database, databaseSchema }: Opened,
  from: number,
): Promise<string> {
  if (isPostgres(database)) {
    const { migrationScript } = await import('./postgres/migrate.ts');
    return migrationScript(databaseSchema, from);
  }
  const { migrationScript } = await import('./sqlite/migrate.ts');
  return migrationScript(from);
}

const isPostgres = (database: string): boolean => /^postgres(?:ql)?:/iu.test(database);
