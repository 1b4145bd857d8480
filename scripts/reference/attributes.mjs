import { readFile } from 'node:fs/promises';

import {
  groupAttributes,
  userAttributes,
} from '../../packages/rollkeeper/src/directory/attribute.ts';
import { code, table } from './markdown.mjs';

/** The page on permissions and data, with its lists of attributes as the code has them. */
export async function permissionsPage() {
  const page = await readFile(
    new URL('../../docs/permissions-and-data.md', import.meta.url),
    'utf8',
  );
  return [
    ['user attributes', userAttributes],
    ['group attributes', groupAttributes],
  ].reduce((text, [name, attributes]) => between(text, name, listed(attributes)), page);
}

const listed = (attributes) =>
  table(
    ['attribute in Entra', 'column'],
    [{ name: 'id', column: 'id' }, ...attributes].map(({ name, column }) => [
      code(name),
      code(column),
    ]),
  );

/** Puts `text` between the two comments that carry the name. */
function between(page, name, text) {
  const [before, , after] = page.split(
    new RegExp(`(?<=<!-- ${name}: .+ -->\n)([\\s\\S]*?)(?=<!-- end of ${name} -->)`, 'u'),
  );
  if (after === undefined) throw new Error(`The page has no place for ${name}.`);
  return `${before}${text}${after}`;
}
