import type { ConsentRow, Remembered, RunRow, Totals } from '../../store/store.ts';
import type { CredentialFacts, Site } from '../site.ts';

/** How things stand. */
export interface Facts {
  readonly tenantId: string | null;
  readonly consent: ConsentRow | null;
  /** The last run that was no dry run; null: none was. */
  readonly last: RunRow | null;
  readonly totals: Totals | null;
  readonly remembered: Remembered | null;
  readonly credential: CredentialFacts;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export async function lookAt({ keeping, now }: Site): Promise<Facts> {
  const { applicationId } = keeping.settings;
  const store = await keeping.store();
  const tenantId = await keeping.knownTenantId();
  const at = now();
  const rest = {
    consent: applicationId === null ? null : await store.consentOf(applicationId),
    credential: await keeping.credential(),
    tenantId,
    now: at,
  };
  if (tenantId === null) return { ...rest, last: null, totals: null, remembered: null };
  const runs = await store.runs(tenantId, { after: null, limit: 20 });
  return {
    ...rest,
    last: runs.find(({ dryRun }) => !dryRun) ?? null,
    totals: await store.totals(tenantId, new Date(at).toISOString()),
    remembered: await store.remembered(tenantId),
  };
}

/** Removals that wait for a decision. */
export const heldIn = ({ held }: Totals): number =>
  Object.values(held).reduce<number>((sum, one) => sum + (typeof one === 'number' ? one : 0), 0);
