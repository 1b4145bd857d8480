import type { Administrator } from '../../settings/settings.ts';
import type { Site } from '../site.ts';

/** An account of the tenant, as far as the list of administrators knows it. */
export interface Account {
  /** Its object id. */
  readonly subject: string;
  /** null: none that this tenant gave, as a guest's. */
  readonly userName: string | null;
}

/** Whether an account is among the administrators. Asks Graph where a group is listed, never a token. */
export async function isListed(
  site: Site,
  account: Account,
  signal: AbortSignal,
): Promise<boolean> {
  for (const administrator of site.keeping.settings.administrators) {
    if (await isThatOne(site, administrator, account, signal)) return true;
  }
  return false;
}

/** Whether an object id is listed as such. */
export const isListedById = ({ keeping }: Site, subject: string): boolean =>
  keeping.settings.administrators.some(
    (administrator) => administrator.kind === 'id' && administrator.id === subject,
  );

async function isThatOne(
  { keeping }: Site,
  administrator: Administrator,
  { subject, userName }: Account,
  signal: AbortSignal,
): Promise<boolean> {
  if (administrator.kind === 'id') return administrator.id === subject;
  if (administrator.kind === 'name') {
    return administrator.userPrincipalName === userName?.toLowerCase();
  }
  return await keeping.isMember(administrator.id, subject, signal);
}
