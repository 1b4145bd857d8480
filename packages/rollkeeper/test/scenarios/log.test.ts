import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { readReport } from '../../src/run/report.ts';
import { command } from './command.ts';
import { scenario } from './scenario.ts';

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly run?: number;
  readonly status?: string | number;
  readonly error?: { readonly code: string };
  readonly path?: string;
}

const linesOf = (text: string): readonly Line[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Line);

describe('the log', () => {
  test('is one line a run at info, with its number and counts', async (t) => {
    const story = await scenario(t);
    const env = { ...story.settings, ROLLKEEPER_LOG_LEVEL: 'info' };
    const lines = linesOf((await command(['sync'], { env })).stderr);
    assert.equal(lines.length, 1);
    assert.deepEqual(
      [lines[0]?.msg, lines[0]?.run, lines[0]?.status, lines[0]?.level],
      ['run succeeded', 1, 'succeeded', 30],
    );
  });

  test('at debug tells every request, with the number of the run on every line after its beginning', async (t) => {
    const story = await scenario(t);
    const env = { ...story.settings, ROLLKEEPER_LOG_LEVEL: 'debug' };
    const lines = linesOf((await command(['sync'], { env })).stderr);
    const begun = lines.findIndex(({ msg }) => msg === 'run begun');
    assert.ok(begun >= 0);
    assert.ok(lines.slice(begun).every(({ run }) => run === 1));
    assert.ok(lines.some(({ path }) => path?.includes('/members') === true));
  });

  test('at warn tells of requests to the login host that were repeated', async (t) => {
    const story = await scenario(t);
    story.entra.faults.add({ match: { path: /\/token$/u }, status: 503, times: 1 });
    const env = { ...story.settings, ROLLKEEPER_LOG_LEVEL: 'warn' };
    const ended = await command(['sync'], { env });
    assert.equal(ended.code, 0, ended.stderr);
    const lines = linesOf(ended.stderr);
    assert.deepEqual(
      lines.map(({ level, status, path }) => [level, status, path?.endsWith('/token')]),
      [[40, 503, true]],
    );
  });

  test('tells of a failure with its code, and of requests that were repeated', async (t) => {
    const story = await scenario(t);
    story.entra.faults.add({ match: { path: /members$/u }, status: 503, times: 1 });
    story.entra.faults.add({
      match: { path: /members$/u },
      nth: 2,
      body: { value: [{ id: 7 }] },
      times: Infinity,
    });
    const env = { ...story.settings, ROLLKEEPER_LOG_LEVEL: 'warn' };
    const ended = await command(['sync'], { env });
    assert.equal(ended.code, 5);
    const lines = linesOf(ended.stderr);
    assert.ok(lines.some(({ level, status }) => level === 40 && status === 503));
    const last = lines.at(-1);
    assert.deepEqual([last?.level, last?.error?.code], [50, 'graph.bad_answer']);
  });
});

test('a report says what the run cost, and runs show tells it', async (t) => {
  const story = await scenario(t);
  await story.keeper.sync();
  const [run] = await story.keeper.runs(story.tenantId);
  const { requests, work } = readReport(run?.report ?? '');
  assert.ok(work);
  const sent = Object.values(work.requests).reduce((sum, count) => sum + count, 0);
  assert.equal(sent, requests);
  assert.ok((work.requests['/groups/{id}/members'] ?? 0) > 0);
  assert.ok(Object.keys(work.batched).every((kind) => !/[\da-f]{8}-/u.test(kind)));
  const shown = await command(['runs', 'show', '1'], { env: story.settings });
  assert.match(shown.stdout, /\/groups\/\{id\}\/members/u);
  assert.match(shown.stdout, /applying, seconds/u);
});
