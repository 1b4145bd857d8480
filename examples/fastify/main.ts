import Fastify from 'fastify';
import type { FastifyRequest } from 'fastify';
import { open } from 'rollkeeper';
import { toFastify } from 'rollkeeper/fastify';

import { roleOf } from './role.ts';

declare module 'fastify' {
  interface FastifyRequest {
    role: 'manage' | 'view' | null;
  }
}

const { env } = process;
const keeper = await open({ ...env });
const prefix = env['PREFIX'] ?? '/microsoft/graph';

// Who may see the pages: what this application knows of the request.
const authorize = (_: Request, host?: FastifyRequest) => host?.role;
const pages = toFastify(keeper.web({ authorize, prefix }));

const app = Fastify({ forceCloseConnections: true });
app.decorateRequest('role', null);
app.addHook('onRequest', async (request) => {
  request.role = roleOf(request.headers.authorization);
});

app.register(pages);

app.get('/settings', async (request, reply) => {
  if (request.role === null) {
    return reply.code(401).header('WWW-Authenticate', 'Basic realm="example"').send('Who are you?');
  }
  reply.type('text/html; charset=utf-8');
  return `<!doctype html><html lang="en"><title>Settings</title><h1>Settings</h1>
    ${await pages.settingsFragment(request)}</html>`;
});

if (keeper.settings.schedule !== null) keeper.start();
app.addHook('onClose', async () => await keeper.close());
process.once('SIGTERM', () => void app.close());
const address = await app.listen({ port: Number(env['PORT'] ?? 3000), host: '127.0.0.1' });
process.stdout.write(`${address.replace('127.0.0.1', 'localhost')}/settings\n`);
