// Writes the pages that say what the code says: `npm run reference`. With --check it writes nothing, names the pages
// that differ from the code, and exits with 1.
import { mkdir, readFile, writeFile } from 'node:fs/promises';

import { permissionsPage } from './reference/attributes.mjs';
import { commandsPage } from './reference/commands.mjs';
import { errorsPage } from './reference/errors.mjs';
import { exitCodesPage } from './reference/exit-codes.mjs';
import { settingsPage } from './reference/settings.mjs';
import { viewsPage } from './reference/views.mjs';

const folder = new URL('../docs/', import.meta.url);
const pages = {
  'permissions-and-data.md': await permissionsPage(),
  'reference/commands.md': await commandsPage(),
  'reference/errors.md': errorsPage(),
  'reference/exit-codes.md': await exitCodesPage(),
  'reference/settings.md': settingsPage(),
  'reference/views.md': viewsPage(),
};

const stale = [];
for (const [name, text] of Object.entries(pages)) {
  const kept = await readFile(new URL(name, folder), 'utf8').catch(() => '');
  if (kept !== text) stale.push(name);
}

if (!process.argv.includes('--check')) {
  await mkdir(new URL('reference/', folder), { recursive: true });
  for (const name of stale) await writeFile(new URL(name, folder), pages[name]);
  process.stdout.write(`docs: ${stale.length === 0 ? 'in step' : `wrote ${stale.join(', ')}`}\n`);
} else if (stale.length > 0) {
  process.stderr.write(`docs differs from the code: ${stale.join(', ')}. Run: npm run reference\n`);
  process.exitCode = 1;
}
