import type { TestContext } from 'node:test';

import { heldContract } from '../../src/store/contract-held.ts';
import { contract } from '../../src/store/contract.ts';
import { openPostgres } from '../../src/store/postgres/open.ts';
import type { Store } from '../../src/store/store.ts';
import { postgresServer, stopPostgresAtEnd } from './postgres-server.ts';

stopPostgresAtEnd();

async function opened(t: TestContext, url?: string): Promise<Store> {
  const store = await openPostgres(url ?? (await (await postgresServer()).database(t)));
  t.after(async () => await store.close());
  return store;
}

contract('PostgreSQL', async (t) => await opened(t));
heldContract('PostgreSQL', async (t) => await opened(t));
