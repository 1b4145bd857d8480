import { sortKey, wordsOf } from '../../words.ts';
import type { Database, Row, Session, Transaction } from '../connection.ts';
import { flag, integer, text, textOrNull } from '../../row.ts';
import { recount } from './recount.ts';

/** People, and changes, that are looked at in one transaction: others write in between. */
const peopleAtOnce = 5_000;
const changesAtOnce = 5_000;

interface Kept {
  readonly sequence: number;
  readonly swept: string | null;
  readonly sweptTo: number;
  readonly runId: number;
}

async function keptFor(session: Session, tenantId: string, lock = ''): Promise<Kept | null> {
  const row = await session.get(
    `SELECT sequence, swept, swept_to, run_id FROM rollkeeper_search WHERE tenant_id = $tenant ${lock}`,
    { tenant: tenantId },
  );
  if (row === undefined) return null;
  return {
    sequence: integer(row['sequence']),
    swept: textOrNull(row['swept']),
    sweptTo: integer(row['swept_to']),
    runId: integer(row['run_id']),
  };
}

export async function freshness(
  session: Session,
  tenantId: string,
): Promise<'fresh' | 'behind' | 'absent'> {
  const kept = await keptFor(session, tenantId);
  return compare(kept, await applied(session, tenantId));
}

function compare(kept: Kept | null, last: Applied): 'fresh' | 'behind' | 'absent' {
  const { runId, sequence } = last;
  if (runId === 0) return 'fresh';
  if (kept === null) return 'absent';
  if (kept.runId === 0 && (kept.swept !== null || kept.sequence < sequence)) return 'absent';
  const current = kept.swept === null && kept.sequence === sequence && kept.runId === runId;
  return current ? 'fresh' : 'behind';
}

/** The last change and the last applied run. */
interface Applied {
  readonly sequence: number;
  readonly runId: number;
}

async function applied(session: Session, tenantId: string): Promise<Applied> {
  const row = await session.get(
    `SELECT (SELECT coalesce(max(sequence), 0) FROM rollkeeper_changes WHERE tenant_id = $tenant) AS sequence,
            coalesce((SELECT run_id FROM rollkeeper_runs
                       WHERE tenant_id = $tenant AND applied_at IS NOT NULL
                       ORDER BY run_id DESC LIMIT 1), 0) AS run_id`,
    { tenant: tenantId },
  );
  return { sequence: integer(row?.['sequence']), runId: integer(row?.['run_id']) };
}

/** One step, in a transaction of its own; of several processes one takes it at a time. Returns whether there is more. */
export async function freshen(database: Database, tenantId: string): Promise<boolean> {
  if ((await freshness(database, tenantId)) === 'fresh') return false;
  return await database.transaction(async (transaction) => {
    const last = await applied(transaction, tenantId);
    await transaction.run(
      `INSERT INTO rollkeeper_search (tenant_id, sequence, swept, swept_to, run_id)
       VALUES ($tenant, 0, '', $to, 0) ON CONFLICT DO NOTHING`,
      { tenant: tenantId, to: last.sequence },
    );
    const kept = await keptFor(transaction, tenantId, 'FOR UPDATE');
    if (kept === null || compare(kept, last) === 'fresh') return false;
    if (kept.swept !== null) await sweep(transaction, tenantId, kept, kept.swept);
    else if (!(await follow(transaction, tenantId, kept))) {
      await keepOutsideManagers(transaction, tenantId);
      await recount(transaction, tenantId);
      await write(transaction, tenantId, { ...kept, runId: last.runId });
      return false;
    }
    return true;
  });
}

async function write(session: Session, tenantId: string, kept: Kept): Promise<void> {
  await session.run(
    `UPDATE rollkeeper_search
        SET sequence = $sequence, swept = $swept, swept_to = $sweptTo, run_id = $runId
      WHERE tenant_id = $tenant`,
    { ...kept, tenant: tenantId },
  );
}

/** The next people by id, whatever happened to them. */
async function sweep(
  transaction: Transaction,
  tenantId: string,
  kept: Kept,
  after: string,
): Promise<void> {
  const people = await transaction.all(
    `${selected} WHERE tenant_id = $tenant AND id > $after ORDER BY id LIMIT $limit`,
    { tenant: tenantId, after, limit: peopleAtOnce },
  );
  await keep(transaction, tenantId, people);
  const last = people.length < peopleAtOnce ? null : text(people.at(-1)?.['id']);
  await write(transaction, tenantId, { ...kept, swept: last });
}

/** The next changes: whom they are of, and what they make of them. Returns whether there were any. */
async function follow(transaction: Transaction, tenantId: string, kept: Kept): Promise<boolean> {
  const changes = await transaction.all(
    `SELECT sequence, change FROM rollkeeper_changes
      WHERE tenant_id = $tenant AND sequence > $after ORDER BY sequence LIMIT $limit`,
    { tenant: tenantId, after: kept.sequence, limit: changesAtOnce },
  );
  const last = changes.at(-1);
  if (last === undefined) return false;
  const to = integer(last['sequence']);
  const between = { tenant: tenantId, after: Math.max(kept.sequence, kept.sweptTo), to };
  await keep(
    transaction,
    tenantId,
    await transaction.all(
      `${selected}
        WHERE tenant_id = $tenant AND id IN (
          SELECT subject_id FROM rollkeeper_changes
           WHERE tenant_id = $tenant AND sequence > $after AND sequence <= $to
             AND change NOT LIKE 'membership%' AND change NOT LIKE 'group%')`,
      between,
    ),
  );
  await transaction.run(
    `INSERT INTO rollkeeper_search_changes (tenant_id, subject_id, sequence)
     SELECT c.tenant_id, c.subject_id, c.sequence
       FROM rollkeeper_changes c
       JOIN rollkeeper_search_people p ON p.tenant_id = c.tenant_id AND p.id = c.subject_id
      WHERE c.tenant_id = $tenant AND c.sequence > $after AND c.sequence <= $to
     ON CONFLICT DO NOTHING`,
    { tenant: tenantId, after: kept.sequence, to },
  );
  const again = changes.some(
    ({ change, sequence }) => change === 'attributes_changed' && integer(sequence) > kept.sweptTo,
  );
  const { sequence } = await applied(transaction, tenantId);
  await write(transaction, tenantId, {
    ...kept,
    sequence: to,
    ...(again ? { swept: '', sweptTo: sequence } : {}),
  });
  return true;
}

/** Nobody records what changes in those outside the scope; they are few. */
async function keepOutsideManagers(transaction: Transaction, tenantId: string): Promise<void> {
  const managers = await transaction.all(
    `SELECT id, user_principal_name, display_name, mail, NULL AS job_title, NULL AS department,
            'outside' AS status, status_since, false AS guest, NULL AS supervisor_id
       FROM rollkeeper_outside_managers WHERE tenant_id = $tenant`,
    { tenant: tenantId },
  );
  await keep(transaction, tenantId, managers);
}

const selected = `
  SELECT id, user_principal_name, display_name, mail, job_title, department,
         CASE WHEN deleted_reason IN ('soft_deleted', 'permanently_deleted') THEN 'deleted'
              WHEN deleted_reason = 'left_scope' THEN 'left'
              WHEN deleted_reason = 'disabled' OR account_enabled IS FALSE THEN 'disabled'
              ELSE 'active' END AS status,
         status_since, user_type IS NOT DISTINCT FROM 'Guest' AS guest,
         CASE WHEN deleted_reason IS NULL THEN supervisor_id END AS supervisor_id
    FROM rollkeeper_users`;

/** People as they are found. */
async function keep(
  transaction: Transaction,
  tenantId: string,
  rows: readonly Row[],
): Promise<void> {
  if (rows.length === 0) return;
  await transaction.run(
    `INSERT INTO rollkeeper_search_people AS kept
            (tenant_id, id, name, department, by_department, status, status_since, guest, supervisor_id, words)
     SELECT $tenant, x.id, x.name, x.department, x.by_department, x.status, x.since, x.guest, x.supervisor,
            array_to_tsvector(string_to_array(x.words, ' '))
       FROM json_to_recordset($people::json) AS x (id text, name text, department text, by_department text,
              status text, since text, guest boolean, supervisor text, words text)
     ON CONFLICT (tenant_id, id) DO UPDATE
        SET name = excluded.name, department = excluded.department, by_department = excluded.by_department,
            status = excluded.status, status_since = excluded.status_since, guest = excluded.guest,
            supervisor_id = excluded.supervisor_id, words = excluded.words`,
    { tenant: tenantId, people: JSON.stringify(rows.map(found)) },
  );
}

function found(row: Row): object {
  const department = textOrNull(row['department']) ?? '';
  const named = textOrNull(row['display_name']) ?? textOrNull(row['user_principal_name']) ?? '';
  const texts = ['display_name', 'user_principal_name', 'mail', 'job_title', 'department'];
  return {
    id: text(row['id']),
    name: sortKey(named),
    department,
    by_department: sortKey(department),
    status: text(row['status']),
    since: text(row['status_since']),
    guest: flag(row['guest']),
    supervisor: textOrNull(row['supervisor_id']),
    words: wordsOf(texts.map((column) => textOrNull(row[column]))).join(' '),
  };
}
