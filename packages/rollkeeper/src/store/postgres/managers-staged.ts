import type { ManagerStatement } from '../../directory/statement.ts';
import type { Claim } from '../store.ts';

/**
 * Which managers a run has staged, and as what. A manager comes with each of their reports, mostly the same each time; what
 * is the same is not staged again, since of repeats the last one counts. Kept while the run is the tenant's newest here.
 */
export class ManagersStaged {
  readonly #runs = new Map<
    string,
    { readonly runId: number; readonly said: Map<string, string> }
  >();

  /** Those that were not staged before as they are now. */
  fresh({ tenantId, runId }: Claim, managers: readonly ManagerStatement[]): ManagerStatement[] {
    let run = this.#runs.get(tenantId);
    if (run?.runId !== runId) {
      run = { runId, said: new Map() };
      this.#runs.set(tenantId, run);
    }
    const { said } = run;
    return managers.filter((manager) => {
      const { id, kind, userPrincipalName, displayName, mail } = manager;
      const now = JSON.stringify([kind, userPrincipalName, displayName, mail]);
      if (said.get(id) === now) return false;
      said.set(id, now);
      return true;
    });
  }

  /** What was staged is gone, or the run has ended. */
  forget({ tenantId }: Pick<Claim, 'tenantId'>): void {
    this.#runs.delete(tenantId);
  }
}
