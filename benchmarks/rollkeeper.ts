/** The contestant: a first synchronisation into SQLite, the whole of it. */
import { open } from 'rollkeeper';

import { measure } from './measure.ts';

await measure(async (databaseFile) => {
  const keeper = await open({
    ...process.env,
    ROLLKEEPER_DATABASE_URL: `sqlite:${databaseFile}`,
  });
  const { report } = await keeper.sync();
  await keeper.close();
  return { users: report.users.inScope, requests: report.requests };
});
