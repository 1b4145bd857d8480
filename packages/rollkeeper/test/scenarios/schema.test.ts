import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';

import { schemaFile } from '../../../entra-simulator/test/schema.ts';
import { skippedWithout } from '../../../entra-simulator/test/shared.ts';
import { scenario } from './scenario.ts';

const skip = skippedWithout(schemaFile);

test(
  "every answer in the scenarios is held against Microsoft's schema",
  { skip },
  async (context) => {
    const story = await scenario(context);
    await story.keeper.sync();
    const { count } = story.entra.requests;
    assert.ok(count > 0);
    assert.ok(story.answersHeld() >= count, 'those inside a batch count too');
  },
);

test('tenants are served by the scenario alone, but where the package is tried as it is published', async () => {
  const folder = fileURLToPath(new URL('../', import.meta.url));
  const serving: string[] = [];
  for await (const file of glob('**/*.ts', { cwd: folder })) {
    const text = await readFile(new URL(`../${file}`, import.meta.url), 'utf8');
    if (/^import \{[^}]*\bserve\b[^}]*\} from 'entra-simulator'/mu.test(text)) serving.push(file);
  }
  assert.deepEqual(serving.toSorted(), ['package.test.ts', 'scenarios/scenario.ts']);
});
