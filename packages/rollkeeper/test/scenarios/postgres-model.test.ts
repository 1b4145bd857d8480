import { test } from 'node:test';

import { stopPostgresAtEnd } from '../store/postgres-server.ts';
import { tellStories } from './model.ts';
import { tellStoriesOnPostgres } from './scenario.ts';

stopPostgresAtEnd();
tellStoriesOnPostgres();

test('on PostgreSQL too, the rows are the tenant after each quiet run', async (t) => {
  await tellStories(t, { stories: 2, steps: 40 }, { stories: 5, steps: 400 });
});
