import type { KnownGroup, KnownMembership, KnownOf } from '../directory/known.ts';
import type { ObjectId } from '../directory/statement.ts';

/**
 * What our rows say, looked up as a delta read goes on: it asks for just those of whom it was told, so that
 * nothing is held that grows with the tenant.
 */
export interface Memory {
  /** A page of ids at a time. */
  knownOf(ids: readonly ObjectId[]): Promise<KnownOf>;
  membersOf(groupId: ObjectId): AsyncIterable<readonly KnownMembership[]>;
  /** Edges whose member is a group. */
  nestings(): Promise<readonly KnownMembership[]>;
  groups(): Promise<readonly KnownGroup[]>;
  /** People in scope whose supervisor is one of these. */
  reportsOf(supervisorIds: readonly ObjectId[]): Promise<readonly ObjectId[]>;
}
