import { groupAttributes, userAttributes } from '../../directory/attribute.ts';
import type { ObjectId } from '../../directory/statement.ts';
import type { GroupPair, MembershipPair, PersonPair } from '../../decide/pair.ts';
import type { Claim, Page } from '../store.ts';
import { anyDiffers } from './columns.ts';
import type { Database, Session, Transaction } from './connection.ts';
import { requireLease } from './lease.ts';
import { flag, integer, text } from '../row.ts';
import type { Staged } from './staged.ts';
import {
  recordStaged,
  requireStaged,
  settleGroups,
  settleMemberships,
  settlePeople,
} from './staging.ts';
import type { StagedTable } from './staging.ts';
import { pageOf, personAbsent, personInScope } from '../pairs.ts';

const comparable = userAttributes.filter(({ name }) => name !== 'accountEnabled');

/** The rows of a page, before what they are joined with is looked up by its key: see `named`. */
const pageFrom = (table: StagedTable): string => `
  (SELECT * FROM ${table} r
    WHERE r.tenant_id = $tenant AND r.run_id = $run AND r.row > $after
    ORDER BY r.row LIMIT $limit)`;

const userPairs = `
  SELECT s.row, s.account_enabled, s.supervisor_id,
         u.id IS NOT NULL, u.deleted_reason, u.account_enabled, u.supervisor_id,
         u.id IS NOT NULL AND (${anyDiffers(comparable, 's', 'u')}
        OR s.attributes IS DISTINCT FROM u.attributes)
    FROM ${pageFrom('rollkeeper_staged_users')} s
    LEFT JOIN rollkeeper_users u ON u.tenant_id = s.tenant_id AND u.id = s.id
   ORDER BY s.row`;

const absencePairs = `
  SELECT a.row, a.reason, NULL::text,
         u.id IS NOT NULL, u.deleted_reason, u.account_enabled, u.supervisor_id
    FROM ${pageFrom('rollkeeper_staged_absences')} a
    LEFT JOIN rollkeeper_users u ON u.tenant_id = a.tenant_id AND u.id = a.id
   ORDER BY a.row`;

/** Whose links sleep, by what is known and by what this run has staged of them. */
interface Dormant {
  readonly runId: number;
  readonly ids: ReadonlySet<ObjectId>;
}

export class Pairs {
  readonly #database: Database;
  readonly #staged: Staged;
  readonly #dormant = new Map<string, Dormant>();

  constructor(database: Database, staged: Staged) {
    this.#database = database;
    this.#staged = staged;
  }

  async people(claim: Claim, page: Page<number>): Promise<readonly PersonPair[]> {
    if (page.after === null) {
      await this.#settle(claim, async (transaction) => {
        await recordStaged(transaction, this.#staged, claim);
        await requireStaged(transaction, claim);
        await settlePeople(transaction, claim);
      });
      this.#dormant.delete(claim.tenantId);
    }
    const dormant = await this.#dormantIn(claim);
    const values = pageOf(claim, page);
    const stated = await this.#database.cells(userPairs, values);
    const absent = await this.#database.cells(absencePairs, values);
    const pairs = stated.map((cells) => personInScope(cells, dormant));
    if (absent.length === 0) return pairs;
    return [...pairs, ...absent.map((cells) => personAbsent(cells, dormant))]
      .toSorted((a, b) => a.row - b.row)
      .slice(0, page.limit);
  }

  async groups(claim: Claim, page: Page<number>): Promise<readonly GroupPair[]> {
    if (page.after === null) {
      await this.#settle(claim, async (transaction) => await settleGroups(transaction, claim));
    }
    const rows = await this.#database.cells(groupPairs, pageOf(claim, page));
    return rows.map(([row, known, stated, differs]) => ({
      row: integer(row),
      known: flag(known),
      stated: flag(stated),
      differs: flag(differs),
    }));
  }

  async memberships(claim: Claim, page: Page<number>): Promise<readonly MembershipPair[]> {
    if (page.after === null) {
      await this.#settle(claim, async (transaction) => await settleMemberships(transaction, claim));
    }
    const rows = await this.#database.cells(membershipPairs, pageOf(claim, page));
    return rows.map(([row, known, stated, member]) => ({
      row: integer(row),
      known: flag(known),
      stated: flag(stated),
      member: member === 'stays' || member === 'sleeps' ? member : 'leaves',
    }));
  }

  async #settle(claim: Claim, settle: (transaction: Transaction) => Promise<void>): Promise<void> {
    await this.#database.transaction(async (transaction) => {
      await requireLease(transaction, claim);
      await settle(transaction);
    });
  }

  async #dormantIn(claim: Claim): Promise<ReadonlySet<ObjectId>> {
    const kept = this.#dormant.get(claim.tenantId);
    if (kept?.runId === claim.runId) return kept.ids;
    const ids = await dormantIn(this.#database, claim);
    this.#dormant.set(claim.tenantId, { runId: claim.runId, ids });
    return ids;
  }
}

const groupPairs = `
  SELECT s.row, g.id IS NOT NULL, s.kept,
         g.id IS NOT NULL AND s.kept
         AND (s.in_closure <> g.in_closure OR ${anyDiffers(groupAttributes, 's', 'g')})
    FROM ${pageFrom('rollkeeper_staged_groups')} s
    LEFT JOIN rollkeeper_groups g ON g.tenant_id = s.tenant_id AND g.id = s.id
   ORDER BY s.row`;

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

const membershipPairs = `
  SELECT s.row,
         EXISTS (SELECT 1 FROM rollkeeper_memberships e
                  WHERE e.tenant_id = s.tenant_id AND e.group_id = s.group_id AND e.member_id = s.member_id),
         s.member,
         CASE WHEN s.member OR s.member_kind = 'group' THEN 'stays'
              ELSE ${becomes('s')} END
    FROM rollkeeper_staged_memberships s
   WHERE s.tenant_id = $tenant AND s.run_id = $run AND s.row > $after
   ORDER BY s.row LIMIT $limit`;

/** In the tenant's deleted items after this run: Graph no longer names them as anybody's manager. */
async function dormantIn(
  session: Session,
  { tenantId, runId }: Claim,
): Promise<ReadonlySet<ObjectId>> {
  const rows = await session.all(
    `WITH soft_deleted AS (
       SELECT id FROM rollkeeper_users WHERE tenant_id = $tenant AND deleted_reason = 'soft_deleted'
     ), absent AS (
       SELECT id, reason FROM rollkeeper_staged_absences WHERE tenant_id = $tenant AND run_id = $run
     )
     SELECT id FROM soft_deleted
      UNION
     SELECT id FROM absent WHERE reason = 'soft_deleted'
     EXCEPT
     SELECT id FROM absent WHERE reason = 'permanently_deleted'
     EXCEPT
     SELECT s.id FROM rollkeeper_staged_users s JOIN soft_deleted d ON d.id = s.id
      WHERE s.tenant_id = $tenant AND s.run_id = $run`,
    { tenant: tenantId, run: runId },
  );
  return new Set(rows.map(({ id }) => text(id)));
}
