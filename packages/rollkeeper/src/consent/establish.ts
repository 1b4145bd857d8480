import { RollkeeperError } from '../directory/error.ts';
import type { Settings } from '../settings/settings.ts';
import type { Store } from '../store/store.ts';

/** What a token for a tenant showed. */
export interface Trial {
  /** The id that `/organization` answers with. */
  readonly organizationId: string;
  readonly displayName: string | null;
  /** What the token says it may; null: it cannot be told. A hint. */
  readonly roles: readonly string[] | null;
}

export interface EstablishParts {
  readonly settings: Settings;
  readonly store: () => Promise<Store>;
  /** Asks for a fresh token of this tenant and reads `/organization` with it. */
  readonly tryTenant: (tenantId: string, signal: AbortSignal) => Promise<Trial>;
  readonly now: () => number;
}

/**
 * Believes the tenant of an answer once a token for it works and `/organization` answers with the same id, and keeps it
 * as the one that consented. Throws what speaks against it; `isPassing` says whether that may change by itself.
 */
export async function establish(
  parts: EstablishParts,
  tenantId: string,
  signal: AbortSignal,
): Promise<Trial> {
  const { settings, store, tryTenant, now } = parts;
  const { applicationId } = settings;
  if (applicationId === null) {
    throw new RollkeeperError('settings.invalid', 'The application id is not known here.', {
      remedy: 'Set MSGRAPH_APPLICATION_ID.',
    });
  }
  const expected = await expectedTenant(parts, signal);
  if (expected !== null && expected !== tenantId) throw otherTenant(settings.tenant, tenantId);
  const trial = await tryTenant(tenantId, signal);
  if (trial.organizationId.toLowerCase() !== tenantId) {
    throw new RollkeeperError(
      'token.refused',
      `The answer names the tenant ${tenantId}, but Graph answers for ${trial.organizationId}.`,
      { remedy: 'Do not trust this answer. Begin again from the consent page.' },
    );
  }
  await (await store()).keepConsent(applicationId, { tenantId, at: new Date(now()).toISOString() });
  return trial;
}

/** The tenant of the settings by its id; null: they name none. */
async function expectedTenant(
  { settings, store, tryTenant }: EstablishParts,
  signal: AbortSignal,
): Promise<string | null> {
  const { tenant } = settings;
  if (tenant === null || !tenant.includes('.')) return tenant;
  const named = await (await store()).tenantNamed(tenant);
  return named ?? (await tryTenant(tenant, signal)).organizationId.toLowerCase();
}

const otherTenant = (configured: string | null, consented: string): RollkeeperError =>
  new RollkeeperError(
    'settings.invalid',
    `The tenant ${consented} consented, but MSGRAPH_TENANT_ID is ${configured ?? ''}.`,
    {
      remedy: `Sign in as an administrator of ${configured ?? ''} and consent there; or set MSGRAPH_TENANT_ID to ${consented}, or unset it and consent again.`,
      facts: { configured: configured ?? '', consented },
    },
  );

/** Whether a failure of `establish` may be the delay with which consent reaches all of Entra's servers. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof RollkeeperError)) return false;
  if (error.code === 'graph.unauthorized' || error.code === 'graph.forbidden') return true;
  return (
    error.code === 'token.refused' &&
    /^AADSTS(?:700016|7000112|65001|500011)$/u.test(error.where?.graphCode ?? '')
  );
}
