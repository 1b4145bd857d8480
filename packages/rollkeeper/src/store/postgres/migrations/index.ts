import { sql as tables } from './0001-tables.ts';
import { sql as views } from './0002-views.ts';
import { sql as deltas } from './0003-deltas.ts';
import { sql as heldRemovals } from './0004-held-removals.ts';
import { sql as web } from './0005-web.ts';
import { sql as erasures } from './0006-erasures.ts';
import { sql as search } from './0007-search.ts';

/** Forward only: a migration that was released is never edited; the next number follows. */
export const migrations: readonly string[] = [
  tables,
  views,
  deltas,
  heldRemovals,
  web,
  erasures,
  search,
];
