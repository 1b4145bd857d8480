import { readFile } from 'node:fs/promises';
import { foundCredentials } from './credential.ts';
import type { FoundCredential } from './credential.ts';
import type { Given } from './read.ts';
import type { Fault, Source } from './variable.ts';

/**
 * What is wrong with the files that the settings name: missing, unreadable, or empty. Reads them and nothing
 * else; ask it beside `settingsFaults`, with the same arguments and before anything is contacted, so that all faults
 * are told at once. Where a credential is given, the files of others are not used and not looked at.
 */
export async function settingsFaultsOnDisk(
  source: Source,
  given: Given = {},
): Promise<readonly Fault[]> {
  if (given.credential !== undefined) return [];
  const files = foundCredentials(source).filter(({ kind }) => kind !== 'secret');
  const faults = await Promise.all(files.map(fileFault));
  return faults.filter((fault) => fault !== null);
}

async function fileFault({ variable, value, kind }: FoundCredential): Promise<Fault | null> {
  const remedy = `Give the path of the file that holds ${contents[kind]}, readable by the user that runs Rollkeeper.`;
  try {
    const text = await readFile(value, 'utf8');
    return text.trim() === ''
      ? { variable, fault: `names ${value}, which is empty`, remedy }
      : null;
  } catch (error) {
    return { variable, fault: `names ${value}, which ${readingFailed(error)}`, remedy };
  }
}

const contents: Readonly<Record<FoundCredential['kind'], string>> = {
  secret: 'the secret',
  'secret-file': 'the client secret',
  certificate: 'the certificate and its private key as PEM',
  federated: 'the token of the other issuer',
};

/** Why a file could not be read, as a clause. */
export function readingFailed(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'does not exist';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read by this user';
  if (code === 'EISDIR') return 'is a directory';
  return code === '' ? 'cannot be read' : `cannot be read (${code})`;
}
