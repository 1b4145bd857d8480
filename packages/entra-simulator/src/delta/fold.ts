import type { Change } from '../tenant/changes.ts';

/** What happened to one object over a round, folded to what counts at its end. */
export interface Folded {
  readonly id: string;
  /** Created or restored: shown whole. */
  anew: boolean;
  /** Deleted or purged, or brought back: where the object stands is looked up. */
  moved: boolean;
  readonly properties: Set<string>;
  manager: { readonly from: string | null; to: string | null } | undefined;
  /** By id: whether the link stands, and whether it went because the member was purged. */
  readonly members: Map<string, { readonly added: boolean; readonly purged: boolean }>;
}

function unchanged(id: string): Folded {
  return {
    id,
    anew: false,
    moved: false,
    properties: new Set(),
    manager: undefined,
    members: new Map(),
  };
}

function foldOne(folded: Folded, change: Change): void {
  switch (change.what) {
    case 'created':
    case 'restored':
      folded.anew = true;
      break;
    case 'softDeleted':
    case 'purged':
      folded.moved = true;
      break;
    case 'updated':
      for (const property of change.properties) folded.properties.add(property);
      break;
    case 'manager':
      folded.manager = { from: (folded.manager ?? change).from, to: change.to };
      break;
    case 'member':
      folded.members.delete(change.memberId);
      folded.members.set(change.memberId, { added: change.added, purged: change.purged });
      break;
    default:
      change satisfies never;
  }
}

/** Folds changes to one entry an object, in the order in which the objects first changed. */
export function fold(
  changes: readonly Change[],
  concerns: (id: string) => boolean,
): readonly Folded[] {
  const byId = new Map<string, Folded>();
  for (const change of changes) {
    if (!concerns(change.id)) continue;
    const folded = byId.get(change.id) ?? unchanged(change.id);
    byId.set(change.id, folded);
    foldOne(folded, change);
  }
  return [...byId.values()];
}
