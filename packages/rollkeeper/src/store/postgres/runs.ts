import type { HeldKind } from '../../decide/threshold.ts';
import type { Decider, Page, RunKind, RunRow, RunStatus } from '../store.ts';
import type { Row, Session } from './connection.ts';
import { flag, integer, text, textOrNull } from './row.ts';

export const runColumns = `tenant_id, run_id, kind, dry_run, status, started_at, finished_at, report, held, error_code,
            error_message, approves, asked_by, asked_reason, decision, decided_by, decided_at, decision_reason,
            cancelled_by, cancelled_at, cancel_reason`;

export async function runs(
  session: Session,
  tenantId: string,
  page: Page<number>,
): Promise<readonly RunRow[]> {
  const rows = await session.all(
    `SELECT ${runColumns} FROM rollkeeper_runs
        WHERE tenant_id = $tenant AND run_id < $after
        ORDER BY run_id DESC LIMIT $limit`,
    {
      tenant: tenantId,
      after: page.after ?? Number.MAX_SAFE_INTEGER,
      limit: page.limit,
    },
  );
  return rows.map(runRow);
}

export async function run(
  session: Session,
  tenantId: string,
  runId: number,
): Promise<RunRow | null> {
  const row = await session.get(
    `SELECT ${runColumns} FROM rollkeeper_runs WHERE tenant_id = $tenant AND run_id = $run`,
    { tenant: tenantId, run: runId },
  );
  return row === undefined ? null : runRow(row);
}

export function runRow(row: Row): RunRow {
  const held = textOrNull(row['held']);
  const code = textOrNull(row['error_code']);
  return {
    tenantId: text(row['tenant_id']),
    runId: integer(row['run_id']),
    // Kinds, states and what is held are written by `claim` and `finish`, and by nobody else.
    kind: text(row['kind']) as RunKind,
    dryRun: flag(row['dry_run']),
    status: text(row['status']) as RunStatus,
    startedAt: text(row['started_at']),
    finishedAt: textOrNull(row['finished_at']),
    report: textOrNull(row['report']),
    held: held === null ? null : (JSON.parse(held) as readonly HeldKind[]),
    error: code === null ? null : { code, message: textOrNull(row['error_message']) ?? '' },
    approves: row['approves'] === null ? null : integer(row['approves']),
    decision: decisionOf(row),
    cancelled: deciderOf(row['cancelled_by'], row['cancelled_at'], row['cancel_reason']),
  };
}

function decisionOf(row: Row): RunRow['decision'] {
  const decider = deciderOf(row['decided_by'], row['decided_at'], row['decision_reason']);
  if (decider === null) return null;
  return { what: row['decision'] === 'approved' ? 'approved' : 'rejected', ...decider };
}

function deciderOf(by: unknown, at: unknown, reason: unknown): Decider | null {
  return by === null || by === undefined
    ? null
    : { by: text(by), at: text(at), reason: textOrNull(reason) };
}

/** The newest run that applied its plan; null: none did. */
export async function lastApplied(session: Session, tenantId: string): Promise<RunRow | null> {
  const row = await session.get(
    `SELECT ${runColumns} FROM rollkeeper_runs
      WHERE tenant_id = $tenant AND applied_at IS NOT NULL AND status IN ('succeeded', 'quarantined')
      ORDER BY run_id DESC LIMIT 1`,
    { tenant: tenantId },
  );
  return row === undefined ? null : runRow(row);
}
