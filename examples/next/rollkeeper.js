import { open } from 'rollkeeper';

import { roleOf } from './role.js';

// Who may see the pages: what this application knows of the request.
const authorize = (request) => roleOf(request.headers.get('authorization'));

/** The pages, opened at the first request: a build has no settings. One for all routes, whatever bundle each is in. */
export const pages = () => (globalThis.rollkeeperPages ??= opened());

async function opened() {
  const keeper = await open({ ...process.env });
  if (keeper.settings.schedule !== null) keeper.start();
  return keeper.web({ authorize });
}
