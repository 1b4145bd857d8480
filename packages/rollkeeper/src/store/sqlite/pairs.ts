import { groupAttributes, userAttributes } from '../../directory/attribute.ts';
import type { ObjectId } from '../../directory/statement.ts';
import type { GroupPair, MembershipPair, PersonPair } from '../../decide/pair.ts';
import type { Claim, Page } from '../store.ts';
import { anyDiffers } from './columns.ts';
import type { Connection } from './connection.ts';
import { requireLease } from './lease.ts';
import { flag, integer, text } from '../row.ts';
import { settleGroups, settleMemberships, settlePeople } from './staging.ts';
import { pageOf, personAbsent, personInScope } from '../pairs.ts';

const comparable = userAttributes.filter(({ name }) => name !== 'accountEnabled');

const userPairs = `
  SELECT s.row, s.account_enabled, s.supervisor_id,
         u.id IS NOT NULL, u.deleted_reason, u.account_enabled, u.supervisor_id,
         u.id IS NOT NULL AND (${anyDiffers(comparable, 's', 'u')}
        OR s.attributes IS NOT u.attributes)
    FROM rollkeeper_staged_users s
    LEFT JOIN rollkeeper_users u ON u.tenant_id = s.tenant_id AND u.id = s.id
   WHERE s.tenant_id = $tenant AND s.run_id = $run AND s.row > $after
   ORDER BY s.row LIMIT $limit`;

const absencePairs = `
  SELECT a.row, a.reason, NULL,
         u.id IS NOT NULL, u.deleted_reason, u.account_enabled, u.supervisor_id
    FROM rollkeeper_staged_absences a
    LEFT JOIN rollkeeper_users u ON u.tenant_id = a.tenant_id AND u.id = a.id
   WHERE a.tenant_id = $tenant AND a.run_id = $run AND a.row > $after
   ORDER BY a.row LIMIT $limit`;

/** Whose links sleep, by what is known and by what this run has staged of them. */
interface Dormant {
  readonly runId: number;
  readonly ids: ReadonlySet<ObjectId>;
}

export class Pairs {
  readonly #connection: Connection;
  #dormant: Dormant | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  people(claim: Claim, page: Page<number>): readonly PersonPair[] {
    if (page.after === null) {
      this.#settle(claim, settlePeople);
      this.#dormant = undefined;
    }
    const dormant = this.#dormantIn(claim);
    const values = pageOf(claim, page);
    const stated = this.#connection
      .cells(userPairs, values)
      .map((cells) => personInScope(cells, dormant));
    const absent = this.#connection
      .cells(absencePairs, values)
      .map((cells) => personAbsent(cells, dormant));
    if (absent.length === 0) return stated;
    return [...stated, ...absent].toSorted((a, b) => a.row - b.row).slice(0, page.limit);
  }

  groups(claim: Claim, page: Page<number>): readonly GroupPair[] {
    if (page.after === null) this.#settle(claim, settleGroups);
    const rows = this.#connection.cells(
      `SELECT s.row, g.id IS NOT NULL, s.kept,
              g.id IS NOT NULL AND s.kept
              AND (s.in_closure <> g.in_closure OR ${anyDiffers(groupAttributes, 's', 'g')})
         FROM rollkeeper_staged_groups s
         LEFT JOIN rollkeeper_groups g ON g.tenant_id = s.tenant_id AND g.id = s.id
        WHERE s.tenant_id = $tenant AND s.run_id = $run AND s.row > $after
        ORDER BY s.row LIMIT $limit`,
      pageOf(claim, page),
    );
    return rows.map(([row, known, stated, differs]) => ({
      row: integer(row),
      known: flag(known),
      stated: flag(stated),
      differs: flag(differs),
    }));
  }

  memberships(claim: Claim, page: Page<number>): readonly MembershipPair[] {
    if (page.after === null) this.#settle(claim, settleMemberships);
    const rows = this.#connection.cells(
      `SELECT s.row,
              EXISTS (SELECT 1 FROM rollkeeper_memberships e
                       WHERE e.tenant_id = s.tenant_id AND e.group_id = s.group_id AND e.member_id = s.member_id),
              s.member,
              CASE WHEN s.member OR s.member_kind = 'group' THEN 'stays'
                   ELSE ${becomes('s')} END
         FROM rollkeeper_staged_memberships s
        WHERE s.tenant_id = $tenant AND s.run_id = $run AND s.row > $after
        ORDER BY s.row LIMIT $limit`,
      pageOf(claim, page),
    );
    return rows.map(([row, known, stated, member]) => ({
      row: integer(row),
      known: flag(known),
      stated: flag(stated),
      member: member === 'stays' || member === 'sleeps' ? member : 'leaves',
    }));
  }

  #settle(claim: Claim, settle: (connection: Connection, claim: Claim) => void): void {
    this.#connection.aside(() => {
      requireLease(this.#connection, claim);
      settle(this.#connection, claim);
    });
  }

  #dormantIn(claim: Claim): ReadonlySet<ObjectId> {
    if (this.#dormant?.runId !== claim.runId) {
      this.#dormant = { runId: claim.runId, ids: dormantIn(this.#connection, claim) };
    }
    return this.#dormant.ids;
  }
}

/**
 * What a plan makes of the member of `edge`: the reason that it brings, else the one that is known. Someone of whom
 * neither is known, and whom it may create, was not in scope before.
 */
export const becomes = (edge: string): string => `
  CASE coalesce(
         (SELECT CASE o.kind WHEN 'restore' THEN 'in_scope' ELSE o.reason END
            FROM rollkeeper_operations o
           WHERE o.tenant_id = ${edge}.tenant_id AND o.run_id = ${edge}.run_id AND o.subject_id = ${edge}.member_id
             AND o.kind IN ('soft_delete', 'move_reason', 'restore')),
         (SELECT coalesce(u.deleted_reason, 'in_scope') FROM rollkeeper_users u
           WHERE u.tenant_id = ${edge}.tenant_id AND u.id = ${edge}.member_id))
    WHEN 'in_scope' THEN 'stays' WHEN 'soft_deleted' THEN 'sleeps' ELSE 'leaves' END`;

/** In the tenant's deleted items after this run: Graph no longer names them as anybody's manager. */
function dormantIn(connection: Connection, { tenantId, runId }: Claim): ReadonlySet<ObjectId> {
  const values = { tenant: tenantId, run: runId };
  const ids = new Set(
    connection
      .all(
        `SELECT id FROM rollkeeper_users INDEXED BY rollkeeper_users_deleted
          WHERE tenant_id = $tenant AND deleted_reason = 'soft_deleted'
         UNION
         SELECT id FROM rollkeeper_staged_absences
          WHERE tenant_id = $tenant AND run_id = $run AND reason = 'soft_deleted'`,
        values,
      )
      .map(({ id }) => text(id)),
  );
  if (ids.size === 0) return ids;
  const elsewhere = connection.all(
    `SELECT id FROM rollkeeper_staged_absences
      WHERE tenant_id = $tenant AND run_id = $run AND reason = 'permanently_deleted'
     UNION ALL
     SELECT id FROM rollkeeper_staged_users WHERE tenant_id = $tenant AND run_id = $run
        AND id IN (SELECT id FROM rollkeeper_users INDEXED BY rollkeeper_users_deleted
                    WHERE tenant_id = $tenant AND deleted_reason = 'soft_deleted')`,
    values,
  );
  for (const { id } of elsewhere) ids.delete(text(id));
  return ids;
}
