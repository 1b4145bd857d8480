import { test } from 'node:test';

import { tellStories } from './model.ts';

test('whatever happens and however Graph answers, the rows are the tenant after each quiet run (rules 3 to 7, 14)', async (t) => {
  await tellStories(t, { stories: 16, steps: 40 }, { stories: 20, steps: 400 });
});
