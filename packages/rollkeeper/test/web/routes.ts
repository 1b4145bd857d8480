import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const source = fileURLToPath(new URL('../../src/web/routes/', import.meta.url));

/** Who may ask. `stay`: changes nothing; `POST` with `view`: changes nothing either. */
interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly may: 'view' | 'manage';
}

/** Every page, by whoever may see it. `routesInSource` says whether one is missing here. */
export const pages: readonly Route[] = [
  { method: 'GET', path: '/', may: 'view' },
  { method: 'POST', path: '/sync', may: 'manage' },
  { method: 'GET', path: '/sync/events', may: 'view' },
  { method: 'GET', path: '/check', may: 'manage' },
  { method: 'GET', path: '/settings-fragment', may: 'view' },
  { method: 'GET', path: '/consent', may: 'manage' },
  { method: 'POST', path: '/consent', may: 'manage' },
  { method: 'GET', path: '/consent/answer', may: 'manage' },
  { method: 'GET', path: '/consent/wait', may: 'manage' },
  { method: 'GET', path: '/people', may: 'view' },
  { method: 'GET', path: '/people.csv', may: 'view' },
  { method: 'GET', path: '/people/:id', may: 'view' },
  { method: 'GET', path: '/org-chart', may: 'view' },
  { method: 'GET', path: '/org-chart/:id', may: 'view' },
  { method: 'GET', path: '/groups', may: 'view' },
  { method: 'GET', path: '/groups/:id', may: 'view' },
  { method: 'GET', path: '/runs', may: 'view' },
  { method: 'GET', path: '/runs/:number', may: 'view' },
  { method: 'GET', path: '/runs/:number/allow', may: 'manage' },
  { method: 'POST', path: '/runs/:number/allow', may: 'manage' },
  { method: 'GET', path: '/runs/:number/reject', may: 'manage' },
  { method: 'POST', path: '/runs/:number/reject', may: 'manage' },
  { method: 'GET', path: '/diagnostics', may: 'view' },
  { method: 'POST', path: '/diagnostics', may: 'view' },
];

/** Every route as the source has it, as `GET /people`. */
export async function routesInSource(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const file of await readdir(source)) {
    const text = await readFile(`${source}${file}`, 'utf8');
    for (const [, method = '', path = ''] of text.matchAll(/\.(get|post)\(\s*['`](\/[^'`]*)/gu)) {
      const paths = path.includes('${choice}')
        ? ['allow', 'reject'].map((choice) => path.replace('${choice}', choice))
        : [path];
      found.push(...paths.map((one) => `${method.toUpperCase()} ${one}`));
    }
  }
  return found.toSorted();
}

/** A path with ids that are there. */
export const filled = (path: string, ids: { readonly person: string; readonly group: string }) =>
  path.replace(':number', '1').replace(':id', path.startsWith('/groups') ? ids.group : ids.person);
