import assert from 'node:assert/strict';
import { glob, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a test itself puts into its folder: settings and credentials to read. */
const given = /(?:^|\/)(?:\.env|[^/]*\.(?:pem|jwt|secret))$/u;

/** Two parts of a JSON Web Token: an access token, an assertion or an id token. */
const token = /eyJ[\w-]{8,}\.eyJ[\w-]{8,}/u;

/** What of a text must be nowhere: a secret that is known, or anything that looks like a token. */
export function leaksIn(text: string, secrets: readonly string[]): readonly string[] {
  const found = secrets.filter((secret) => secret !== '' && text.includes(secret));
  return token.test(text) ? [...found, 'a token'] : found;
}

/** The settings whose values are secrets. */
export const secretsOf = (settings: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(settings).flatMap(([name, value]) =>
    /SECRET$|(?:^|_)TOKEN$|PASSWORD/u.test(name) && value !== '' ? [value] : [],
  );

/** Fails where a file that a story wrote (database, journal, CSV, log) holds a secret or a token (rule 13). */
export async function assertNoLeakIn(folder: string, secrets: readonly string[]): Promise<void> {
  for await (const entry of glob('**/*', { cwd: folder, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (!entry.isFile() || given.test(path)) continue;
    const leaks = leaksIn(await readFile(path, 'latin1'), secrets);
    assert.deepEqual(leaks, [], `${entry.name} holds what must be nowhere`);
  }
}
