import type { ManagerStatement } from '../../directory/statement.ts';
import type { Claim } from '../store.ts';

interface Run {
  readonly runId: number;
  /** Numbers given to rows, and how many of those were then dropped to begin anew. */
  numbered: number;
  dropped: number;
  /** Managers by id, with what was said of them. */
  readonly managers: Map<string, string>;
}

/**
 * What a run has staged so far. A run belongs to one process, so the process alone needs to know until the plan is drawn:
 * pages that arrive side by side take their numbers here, and wait for nobody. Kept for the newest run of a tenant; one that
 * has lost the lease to it is refused by the database.
 */
export class Staged {
  readonly #runs = new Map<string, Run>();

  /** Gives numbers to so many rows. Returns the one before the first. */
  number(claim: Claim, rows: number): number {
    const run = this.#of(claim);
    const before = run.numbered;
    run.numbered += rows;
    return before;
  }

  /** Numbers given, and those that were dropped; null: this process has staged nothing of this run. */
  counts({
    tenantId,
    runId,
  }: Claim): { readonly numbered: number; readonly dropped: number } | null {
    const run = this.#runs.get(tenantId);
    if (run?.runId !== runId) return null;
    const { dropped, numbered } = run;
    return { dropped, numbered };
  }

  /**
   * The managers that were not staged before as they are now. A manager comes with each of their reports, mostly the same
   * each time; what is the same is not staged again, since of repeats the last one counts.
   */
  fresh(claim: Claim, managers: readonly ManagerStatement[]): ManagerStatement[] {
    const { managers: said } = this.#of(claim);
    return managers.filter(({ id, kind, userPrincipalName, displayName, mail }) => {
      const now = JSON.stringify([kind, userPrincipalName, displayName, mail]);
      if (said.get(id) === now) return false;
      said.set(id, now);
      return true;
    });
  }

  /** All that was staged is gone; the numbers go on. */
  drop(claim: Claim): void {
    const run = this.#of(claim);
    run.dropped = run.numbered;
    run.managers.clear();
  }

  /** The run has ended. */
  forget({ tenantId, runId }: Claim): void {
    if (this.#runs.get(tenantId)?.runId === runId) this.#runs.delete(tenantId);
  }

  #of({ tenantId, runId }: Claim): Run {
    const kept = this.#runs.get(tenantId);
    if (kept?.runId === runId) return kept;
    const run: Run = { runId, numbered: 0, dropped: 0, managers: new Map() };
    if (kept === undefined || kept.runId < runId) this.#runs.set(tenantId, run);
    return run;
  }
}
