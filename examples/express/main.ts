import express from 'express';
import { open } from 'rollkeeper';
import { toNode } from 'rollkeeper/node';

import { roleOf } from './role.ts';

const { env } = process;
const keeper = await open({ ...env });
const prefix = env['PREFIX'] ?? '/microsoft/graph';

// Who may see the pages: what this application knows of the request.
const authorize = (_: Request, host?: express.Request) => host?.res?.locals['role'];
const pages = toNode(keeper.web({ authorize, prefix }));

const app = express();
// May stand before the pages, or after them.
app.use(express.json(), express.urlencoded());
app.use((request, response, next) => {
  response.locals['role'] = roleOf(request.headers.authorization);
  next();
});

app.use(pages);

app.get('/settings', async (request, response) => {
  if (response.locals['role'] === null) {
    response.status(401).set('WWW-Authenticate', 'Basic realm="example"').send('Who are you?');
    return;
  }
  response.send(`<!doctype html><html lang="en"><title>Settings</title><h1>Settings</h1>
    ${await pages.settingsFragment(request)}</html>`);
});

// The application's own forms are read as before.
app.post('/echo', (request, response) => {
  response.json(request.body);
});

if (keeper.settings.schedule !== null) keeper.start();
const server = app.listen(Number(env['PORT'] ?? 3000), '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : address;
  process.stdout.write(`http://localhost:${port}/settings\n`);
});
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
  void keeper.close();
});
