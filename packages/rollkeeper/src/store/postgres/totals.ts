import type { Totals } from '../store.ts';
import type { Database, Session } from './connection.ts';
import { heldCounts } from './held/listing.ts';
import { integer, textOrNull } from '../row.ts';

/** As the view of supervisors counts, but with each supervisor looked up once, and not once for every report. */
const supervisors = `
  SELECT coalesce(sum(l.reports), 0) AS supervisors
    FROM (SELECT supervisor_id AS id, count(*) AS reports FROM rollkeeper_users
           WHERE tenant_id = $tenant AND deleted_reason IS NULL AND supervisor_id IS NOT NULL
           GROUP BY supervisor_id) l
   WHERE EXISTS (SELECT 1 FROM rollkeeper_users m
                  WHERE m.tenant_id = $tenant AND m.id = l.id
                    AND (m.deleted_reason IS NULL OR m.deleted_reason IN ('left_scope', 'disabled')))
      OR EXISTS (SELECT 1 FROM rollkeeper_outside_managers o WHERE o.tenant_id = $tenant AND o.id = l.id)`;

/** What is counted over all rows, and stays the same until rows change. */
type Counted = Pick<Totals, 'inScope' | 'enabled' | 'memberships' | 'supervisors'>;

export async function totals(database: Database, tenantId: string, since: string): Promise<Totals> {
  const recent = await database.get(
    `SELECT coalesce(sum(leaving), 0) AS leaving, coalesce(sum(deactivations), 0) AS deactivations,
            coalesce(sum(memberships), 0) AS memberships
       FROM rollkeeper_runs
      WHERE tenant_id = $tenant AND applied_at >= $since`,
    { tenant: tenantId, since },
  );
  return {
    ...(await counted(database, tenantId)),
    recent: {
      leaving: integer(recent?.['leaving']),
      deactivations: integer(recent?.['deactivations']),
      memberships: integer(recent?.['memberships']),
    },
    held: await heldCounts(database, tenantId),
  };
}

/** Rows of a tenant changed, or may have: what was counted of them is let go. Call it in the transaction that does it. */
export async function forgetCounts(session: Session, tenantId: string): Promise<void> {
  await session.run(
    'UPDATE rollkeeper_connections SET rows_version = rows_version + 1, counted = NULL WHERE tenant_id = $tenant',
    { tenant: tenantId },
  );
}

/** Counted once for each version of the rows: a run that changes nothing need not look at them all. */
async function counted(database: Database, tenantId: string): Promise<Counted> {
  const values = { tenant: tenantId };
  // The version first: what changes while it is counted has another one, and is counted again.
  const kept = await database.get(
    'SELECT rows_version, counted FROM rollkeeper_connections WHERE tenant_id = $tenant',
    values,
  );
  const text = textOrNull(kept?.['counted']);
  // Written below, and by nobody else.
  if (text !== null) return JSON.parse(text) as Counted;
  const counts = await count(database, tenantId);
  if (kept !== undefined) {
    const version = integer(kept['rows_version']);
    // Not where an apply has the row: a page does not wait for it, and it lets the counts go anyway.
    const write = `
      UPDATE rollkeeper_connections SET counted = $counts
       WHERE tenant_id IN (SELECT tenant_id FROM rollkeeper_connections
                            WHERE tenant_id = $tenant AND rows_version = $version FOR UPDATE SKIP LOCKED)`;
    const written = { ...values, version, counts: JSON.stringify(counts) };
    await database.repeatable(async (transaction) => await transaction.run(write, written));
  }
  return counts;
}

async function count(session: Session, tenantId: string): Promise<Counted> {
  const values = { tenant: tenantId };
  const people = await session.get(
    `SELECT count(*) AS in_scope, count(*) FILTER (WHERE account_enabled IS NOT FALSE) AS enabled
       FROM rollkeeper_users
      WHERE tenant_id = $tenant AND deleted_reason IS NULL`,
    values,
  );
  const links = await session.get(supervisors, values);
  const edges = await session.get(
    `SELECT count(*) AS memberships FROM microsoft_graph_memberships
      WHERE tenant_id = $tenant AND member_kind = 'user'`,
    values,
  );
  return {
    inScope: integer(people?.['in_scope']),
    enabled: integer(people?.['enabled']),
    memberships: integer(edges?.['memberships']),
    supervisors: integer(links?.['supervisors']),
  };
}
