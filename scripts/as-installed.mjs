// Puts the product into node_modules of the current folder as an installation would, where a link would not do: Next bundles
// what is linked, and leaves alone what is installed.
import { cp, readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const from = fileURLToPath(new URL('../packages/rollkeeper/', import.meta.url));
const to = 'node_modules/rollkeeper';

const { files } = JSON.parse(await readFile(`${from}package.json`, 'utf8'));
await rm(to, { recursive: true, force: true });
for (const name of ['package.json', ...files.filter((pattern) => !pattern.startsWith('!'))]) {
  await cp(`${from}${name}`, `${to}/${name}`, { recursive: true });
}
