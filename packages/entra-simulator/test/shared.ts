import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Beside the repository: Microsoft's schemas and examples, which it does not hold itself. */
const folder = new URL('../../../../shared/', import.meta.url);

/** The path of one of those files, or `undefined` where they do not stand. */
export function sharedFile(name: string): string | undefined {
  const path = fileURLToPath(new URL(name, folder));
  return existsSync(path) ? path : undefined;
}

/** Why a test that needs one of those files is skipped; false: it is not. */
export function skippedWithout(name: string): string | false {
  return sharedFile(name) === undefined && `${name} does not stand beside the repository`;
}
