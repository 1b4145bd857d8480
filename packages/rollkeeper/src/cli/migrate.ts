import { migrate, migrationSql } from '../migrate.ts';
import { environment } from './environment.ts';
import { print } from './terminal.ts';

export async function migrateCommand(
  _signal: AbortSignal,
  options: { readonly print: boolean; readonly from?: number },
): Promise<number> {
  if (options.print) print((await migrationSql(environment(), options.from)).trimEnd());
  else print(`${await migrate(environment())}: the schema is up to date.`);
  return 0;
}
