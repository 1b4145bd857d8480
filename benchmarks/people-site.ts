/** The site of the benchmark of its pages, in a process of its own: serves until it is told to end. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { open } from 'rollkeeper';
import { toNode } from 'rollkeeper/node';

const keeper = await open({ ...process.env });
const web = keeper.web({ authorize: () => 'manage' });
const handler = toNode(web);
const server = createServer((request, response) => void handler(request, response));
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.send?.(`http://127.0.0.1:${port}${web.prefix}`);
});
