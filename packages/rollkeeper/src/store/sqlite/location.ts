import { fileURLToPath } from 'node:url';

/**
 * The path of `sqlite:path`, `sqlite:///path`, `file:path`, `file:///path` or a bare path; `:memory:` is kept in
 * memory and gone when it is closed.
 */
export function pathOf(location: string): string {
  if (location.startsWith('file://')) return fileURLToPath(location);
  return location.replace(/^(?:sqlite|file):(?:\/\/)?/u, '');
}
