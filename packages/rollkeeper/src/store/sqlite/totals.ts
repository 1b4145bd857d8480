import type { Totals } from '../store.ts';
import type { Connection } from './connection.ts';
import { heldCounts } from './held/listing.ts';
import { integer } from './row.ts';

export function totals(connection: Connection, tenantId: string, since: string): Totals {
  const values = { tenant: tenantId, since };
  const people = connection.get(
    `SELECT count(*) AS in_scope, count(*) FILTER (WHERE account_enabled IS NOT 0) AS enabled
       FROM rollkeeper_users
      WHERE tenant_id = $tenant AND deleted_reason IS NULL`,
    values,
  );
  const links = connection.get(
    'SELECT count(*) AS supervisors FROM microsoft_graph_user_supervisors WHERE tenant_id = $tenant',
    values,
  );
  const edges = connection.get(
    `SELECT count(*) AS memberships FROM microsoft_graph_memberships
      WHERE tenant_id = $tenant AND member_kind = 'user'`,
    values,
  );
  const recent = connection.get(
    `SELECT coalesce(sum(leaving), 0) AS leaving, coalesce(sum(deactivations), 0) AS deactivations,
            coalesce(sum(memberships), 0) AS memberships
       FROM rollkeeper_runs
      WHERE tenant_id = $tenant AND applied_at >= $since`,
    values,
  );
  return {
    inScope: integer(people?.['in_scope']),
    enabled: integer(people?.['enabled']),
    memberships: integer(edges?.['memberships']),
    supervisors: integer(links?.['supervisors']),
    recent: {
      leaving: integer(recent?.['leaving']),
      deactivations: integer(recent?.['deactivations']),
      memberships: integer(recent?.['memberships']),
    },
    held: heldCounts(connection, tenantId),
  };
}
