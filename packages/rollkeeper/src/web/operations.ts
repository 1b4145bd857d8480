import { Hono } from 'hono';
import type { Context, MiddlewareHandler } from 'hono';

import { RollkeeperError } from '../directory/error.ts';
import { RunFailed } from '../run/ending.ts';
import { isTaken } from '../schedule/schedule.ts';
import { Metrics } from './metrics.ts';
import { sameText } from './principal.ts';
import type { Site, WebEnv } from './site.ts';

/**
 * What machines ask for. `healthz` and `readyz` say nothing but that. `metrics` and `tasks/sync` want the bearer token
 * of the settings, from this machine too: a proxy is on this machine as well. Without one in the settings they are not
 * there.
 */
export function operations(site: Site): Hono<WebEnv> {
  const metrics = new Metrics(site);
  const guarded = bearer(site.keeping.settings.taskToken);
  return new Hono<WebEnv>()
    .get('/healthz', (context) => context.text('ok\n'))
    .get('/readyz', async (context) => await ready(context, site))
    .get('/metrics', guarded, async (context) =>
      context.body(await metrics.text(), 200, { 'Content-Type': metrics.contentType }),
    )
    .on(['GET', 'POST'], '/tasks/sync', guarded, async (context) => await syncTask(context, site));
}

/** Ready: the database answers. Why it does not is on the overview, for those who may see it. */
async function ready(context: Context<WebEnv>, { keeping }: Site): Promise<Response> {
  try {
    await (await keeping.store()).ready();
    return context.text('ready\n');
  } catch (error) {
    if (!(error instanceof RollkeeperError)) throw error;
    return context.text(`not ready: ${error.code}\n`, 503);
  }
}

/** One run, for schedulers without a process of their own: the answer comes when it has ended. */
async function syncTask(context: Context<WebEnv>, { keeping }: Site): Promise<Response> {
  const { result, error } = await keeping.conductor.begin().ended;
  if (result !== undefined) return context.json(result.report);
  if (isTaken(error)) return context.json({ skipped: 'run.active' });
  const report = error instanceof RunFailed ? error.report : null;
  if (report !== null) return context.json(report, 500);
  if (!(error instanceof RollkeeperError)) throw error;
  return context.json({ error: { code: error.code, message: error.message } }, 500);
}

function bearer(expected: string | null): MiddlewareHandler<WebEnv> {
  return async (context, next) => {
    if (expected === null) {
      return context.text('Set ROLLKEEPER_TASK_TOKEN to have this answered.\n', 404);
    }
    const header = context.req.header('authorization') ?? '';
    const given = /^Bearer +(\S+)$/iu.exec(header)?.[1] ?? '';
    if (sameText(given, expected)) return await next();
    return context.text('The bearer token is missing or wrong.\n', 401, {
      'WWW-Authenticate': 'Bearer realm="rollkeeper"',
    });
  };
}
