import type { LookedUp } from '../open.ts';
import { withRollkeeper } from './environment.ts';
import { oneLine, print, table } from './terminal.ts';

export async function userCommand(
  signal: AbortSignal,
  options: { readonly json: boolean },
  who: string,
): Promise<number> {
  return await withRollkeeper(signal, async (keeper) => {
    const person = await keeper.lookUp(who, { signal });
    print(options.json ? JSON.stringify(person) : card(person));
    return 0;
  });
}

function card({ manager, attributes, ...profile }: LookedUp): string {
  const rows = Object.entries({ ...profile, ...attributes }).map(([name, value]) => [
    name,
    inWords(value),
  ]);
  rows.push([
    'manager',
    manager === null
      ? 'none'
      : `${inWords(manager.displayName)} (${manager.userPrincipalName ?? manager.id})`,
  ]);
  return table(
    ['Graph works', ''],
    rows.map((row) => row.map(oneLine)),
  );
}

function inWords(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(inWords).join('; ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
