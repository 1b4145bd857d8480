import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import type { Context } from 'hono';
import { html, raw } from 'hono/html';
import { open } from 'rollkeeper';

import { roleOf } from './role.ts';

interface Env {
  Variables: { role: 'manage' | 'view' | null };
}

const { env } = process;
const keeper = await open({ ...env });
const prefix = env['PREFIX'] ?? '/microsoft/graph';

// Who may see the pages: what this application knows of the request.
const authorize = (_: Request, host?: Context<Env>) => host?.get('role');
const pages = keeper.web({ authorize, prefix });

const app = new Hono<Env>();
app.use(async (context, next) => {
  context.set('role', roleOf(context.req.header('authorization')));
  await next();
});

app.all(`${prefix}/*`, async (context) => await pages(context.req.raw, { host: context }));

app.get('/settings', async (context) => {
  if (context.get('role') === null) {
    return context.text('Who are you?', 401, { 'WWW-Authenticate': 'Basic realm="example"' });
  }
  const fragment = await pages.settingsFragment(context.req.raw, { host: context });
  return context.html(
    html`<!doctype html>
      <html lang="en">
        <title>Settings</title>
        <h1>Settings</h1>
        ${raw(fragment)}
      </html>`,
  );
});

if (keeper.settings.schedule !== null) keeper.start();
const server = serve(
  { fetch: app.fetch, port: Number(env['PORT'] ?? 3000), hostname: '127.0.0.1' },
  ({ port }) => process.stdout.write(`http://localhost:${port}/settings\n`),
);
process.once('SIGTERM', () => {
  server.close();
  if ('closeAllConnections' in server) server.closeAllConnections();
  void keeper.close();
});
