import { sortKey, wordsOf } from '../../words.ts';
import type { Connection, Row } from '../connection.ts';
import { flag, integer, text, textOrNull } from '../../row.ts';
import { tokensOf } from './tokens.ts';
import { recount } from './recount.ts';

/** People, and changes, that are looked at in one transaction: others write in between. */
const peopleAtOnce = 5_000;
const changesAtOnce = 5_000;

/** How far what is kept for a tenant has come. */
export interface Kept {
  readonly number: number;
  readonly sequence: number;
  readonly swept: string | null;
  readonly sweptTo: number;
  readonly runId: number;
}

export function keptFor(connection: Connection, tenantId: string): Kept | null {
  const row = connection.get(
    'SELECT number, sequence, swept, swept_to, run_id FROM rollkeeper_search WHERE tenant_id = $tenant',
    { tenant: tenantId },
  );
  if (row === undefined) return null;
  return {
    number: integer(row['number']),
    sequence: integer(row['sequence']),
    swept: textOrNull(row['swept']),
    sweptTo: integer(row['swept_to']),
    runId: integer(row['run_id']),
  };
}

/** `absent`: nothing is kept yet; `behind`: runs were applied since. */
export function freshness(connection: Connection, tenantId: string): 'fresh' | 'behind' | 'absent' {
  const kept = keptFor(connection, tenantId);
  const { sequence, runId } = applied(connection, tenantId);
  if (runId === 0) return 'fresh';
  if (kept === null) return 'absent';
  if (kept.runId === 0 && (kept.swept !== null || kept.sequence < sequence)) return 'absent';
  const current = kept.swept === null && kept.sequence === sequence && kept.runId === runId;
  return current ? 'fresh' : 'behind';
}

/** The last change and the last applied run. */
function applied(
  connection: Connection,
  tenantId: string,
): { readonly sequence: number; readonly runId: number } {
  const row = connection.get(
    `SELECT (SELECT coalesce(max(sequence), 0) FROM rollkeeper_changes WHERE tenant_id = $tenant) AS sequence,
            coalesce((SELECT run_id FROM rollkeeper_runs
                       WHERE tenant_id = $tenant AND applied_at IS NOT NULL
                       ORDER BY run_id DESC LIMIT 1), 0) AS run_id`,
    { tenant: tenantId },
  );
  return { sequence: integer(row?.['sequence']), runId: integer(row?.['run_id']) };
}

/**
 * Brings what is kept for a tenant one step nearer to its rows, in a transaction of its own. Returns whether there is
 * more to do. Several processes may do so at once.
 */
export function freshen(connection: Connection, tenantId: string): boolean {
  if (freshness(connection, tenantId) === 'fresh') return false;
  return connection.transaction(() => {
    const kept = keptFor(connection, tenantId) ?? begin(connection, tenantId);
    if (kept.swept !== null) sweep(connection, tenantId, kept, kept.swept);
    else if (!follow(connection, tenantId, kept)) {
      keepOutsideManagers(connection, tenantId, kept);
      recount(connection, tenantId, kept.number);
      const { runId } = applied(connection, tenantId);
      write(connection, tenantId, { ...kept, runId });
      return false;
    }
    return true;
  });
}

function begin(connection: Connection, tenantId: string): Kept {
  const last = connection.get('SELECT coalesce(max(number), 0) AS number FROM rollkeeper_search');
  const number = integer(last?.['number']) + 1;
  const kept: Kept = { number, sequence: 0, swept: '', sweptTo: 0, runId: 0 };
  const begun = { ...kept, sweptTo: applied(connection, tenantId).sequence };
  write(connection, tenantId, begun);
  return begun;
}

function write(connection: Connection, tenantId: string, kept: Kept): void {
  connection.run(
    `INSERT INTO rollkeeper_search (tenant_id, number, sequence, swept, swept_to, run_id)
     VALUES ($tenant, $number, $sequence, $swept, $sweptTo, $runId)
     ON CONFLICT (tenant_id) DO UPDATE
        SET sequence = excluded.sequence, swept = excluded.swept, swept_to = excluded.swept_to,
            run_id = excluded.run_id`,
    { ...kept, tenant: tenantId },
  );
}

/** The next people by id, whatever happened to them. */
function sweep(connection: Connection, tenantId: string, kept: Kept, after: string): void {
  const people = connection.all(
    `${selected} WHERE tenant_id = $tenant AND id > $after ORDER BY id LIMIT $limit`,
    { tenant: tenantId, after, limit: peopleAtOnce },
  );
  for (const person of people) keep(connection, kept.number, person);
  const last = people.length < peopleAtOnce ? null : text(people.at(-1)?.['id']);
  write(connection, tenantId, { ...kept, swept: last });
}

/** The next changes: whom they are of, and what they make of them. Returns whether there were any. */
function follow(connection: Connection, tenantId: string, kept: Kept): boolean {
  const changes = connection.all(
    `SELECT sequence, change, subject_id FROM rollkeeper_changes
      WHERE tenant_id = $tenant AND sequence > $sequence ORDER BY sequence LIMIT $limit`,
    { tenant: tenantId, sequence: kept.sequence, limit: changesAtOnce },
  );
  const last = changes.at(-1);
  if (last === undefined) return false;
  const fresh = changes.filter(({ sequence }) => integer(sequence) > kept.sweptTo);
  const concerned = fresh.filter(({ change }) => concernsPeople(text(change)));
  for (const id of new Set(concerned.map(({ subject_id: subject }) => text(subject)))) {
    const person = connection.get(`${selected} WHERE tenant_id = $tenant AND id = $id`, {
      tenant: tenantId,
      id,
    });
    if (person !== undefined) keep(connection, kept.number, person);
  }
  keepChanges(connection, tenantId, kept, integer(last['sequence']));
  const again = fresh.some(({ change }) => change === 'attributes_changed');
  const { sequence } = applied(connection, tenantId);
  write(connection, tenantId, {
    ...kept,
    sequence: integer(last['sequence']),
    ...(again ? { swept: '', sweptTo: sequence } : {}),
  });
  return true;
}

const concernsPeople = (change: string): boolean =>
  !change.startsWith('membership_') && !change.startsWith('group_');

function keepChanges(connection: Connection, tenantId: string, kept: Kept, to: number): void {
  connection.run(
    `INSERT OR IGNORE INTO rollkeeper_search_changes (number, sequence)
     SELECT p.number, c.sequence
       FROM rollkeeper_changes c
       JOIN rollkeeper_search_people p ON p.tenant = $number AND p.id = c.subject_id
      WHERE c.tenant_id = $tenant AND c.sequence > $after AND c.sequence <= $to`,
    { tenant: tenantId, number: kept.number, after: kept.sequence, to },
  );
}

/** Nobody records what changes in those outside the scope; they are few. */
function keepOutsideManagers(connection: Connection, tenantId: string, kept: Kept): void {
  const managers = connection.all(
    `SELECT id, user_principal_name, display_name, mail, NULL AS job_title, NULL AS department,
            'outside' AS status, status_since, 0 AS guest, NULL AS supervisor_id
       FROM rollkeeper_outside_managers WHERE tenant_id = $tenant`,
    { tenant: tenantId },
  );
  for (const manager of managers) keep(connection, kept.number, manager);
}

const selected = `
  SELECT id, user_principal_name, display_name, mail, job_title, department,
         CASE WHEN deleted_reason IN ('soft_deleted', 'permanently_deleted') THEN 'deleted'
              WHEN deleted_reason = 'left_scope' THEN 'left'
              WHEN deleted_reason = 'disabled' OR account_enabled = 0 THEN 'disabled'
              ELSE 'active' END AS status,
         status_since, user_type IS 'Guest' AS guest,
         CASE WHEN deleted_reason IS NULL THEN supervisor_id END AS supervisor_id
    FROM rollkeeper_users`;

const columns = `
  name, department, by_department, status, status_since, guest, supervisor_id, words`;

/** Somebody as they are found. */
function keep(connection: Connection, tenant: number, row: Row): void {
  const department = textOrNull(row['department']) ?? '';
  const named = textOrNull(row['display_name']) ?? textOrNull(row['user_principal_name']) ?? '';
  const texts = ['display_name', 'user_principal_name', 'mail', 'job_title', 'department'];
  const words = wordsOf(texts.map((column) => textOrNull(row[column])));
  const person = {
    tenant,
    id: text(row['id']),
    name: sortKey(named),
    department,
    by: sortKey(department),
    status: text(row['status']),
    since: text(row['status_since']),
    guest: flag(row['guest']) ? 1 : 0,
    supervisor: textOrNull(row['supervisor_id']),
    words: words.map((word) => ` ${word}`).join(''),
  };
  const before = connection.get(
    `SELECT number, ${columns} FROM rollkeeper_search_people WHERE tenant = $tenant AND id = $id`,
    person,
  );
  const number = before === undefined ? insert(connection, person) : integer(before['number']);
  if (before !== undefined) {
    connection.run(
      `UPDATE rollkeeper_search_people
          SET name = $name, department = $department, by_department = $by, status = $status, status_since = $since,
              guest = $guest, supervisor_id = $supervisor, words = $words
        WHERE number = $number`,
      { ...person, number },
    );
  }
  const tokens = tokensOf(tenant, words, { ...person, guest: person.guest === 1 });
  const same =
    before !== undefined &&
    before['words'] === person.words &&
    before['department'] === department &&
    before['status'] === person.status &&
    before['guest'] === person.guest;
  if (same) return;
  if (before !== undefined) {
    connection.run('DELETE FROM rollkeeper_search_words WHERE rowid = $number', { number });
  }
  connection.run('INSERT INTO rollkeeper_search_words (rowid, words) VALUES ($number, $tokens)', {
    number,
    tokens: tokens.join(' '),
  });
}

function insert(
  connection: Connection,
  person: Readonly<Record<string, string | number | null>>,
): number {
  connection.run(
    `INSERT INTO rollkeeper_search_people (tenant, id, ${columns})
     VALUES ($tenant, $id, $name, $department, $by, $status, $since, $guest, $supervisor, $words)`,
    person,
  );
  const row = connection.get('SELECT last_insert_rowid() AS number');
  return integer(row?.['number']);
}
