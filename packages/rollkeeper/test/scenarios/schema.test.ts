import assert from 'node:assert/strict';
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
