import type { ManagerChain, Report } from '../../store/search.ts';
import type { ObjectId } from '../../directory/statement.ts';
import type { PersonRow } from '../../store/store.ts';
import type { Viewer } from '../principal.ts';
import type { ShownPerson } from '../shown.ts';
import { shownPerson } from '../shown.ts';
import type { Rows } from '../tenant.ts';

/** Reports that are drawn of the person in the middle. */
const widest = 24;
/** Reports of reports that are drawn in all: as many of each, where that is more than one. */
const deepest = 24;
/** … and of each no more than this. */
const ofEach = 6;

/** Somebody with those below them, as far as they are drawn. */
export interface ChartPerson {
  readonly person: ShownPerson;
  /** All who report to them, drawn or not. */
  readonly reports: number;
  readonly below: readonly ChartPerson[];
  /** Already drawn further up: a circle. Nobody is drawn below. */
  readonly again: boolean;
}

export interface Chart {
  /** Managers, the nearest first. */
  readonly above: readonly ShownPerson[];
  readonly end: ManagerChain['end'];
  /** Whom a circle comes back to; null: there is none. */
  readonly backTo: ObjectId | null;
  readonly middle: ChartPerson;
  /** The cursor of the next reports; null: all are drawn. */
  readonly next: string | null;
  readonly previous: string | null;
}

/** The part of the chart around one person: everybody above, and two levels below. */
export async function chartOf(
  { store, tenantId }: Rows,
  viewer: Viewer,
  row: PersonRow,
  cursor: string | null,
): Promise<Chart> {
  const [managers, reports] = await Promise.all([
    store.managers(tenantId, row.id),
    store.reports(tenantId, row.id, { cursor, limit: widest }),
  ]);
  const drawn = new Set([row.id, ...managers.people.map(({ id }) => id)]);
  const each = Math.min(ofEach, Math.floor(deepest / Math.max(1, reports.items.length)));
  const below = await Promise.all(
    reports.items.map(async (report) => {
      const again = drawn.has(report.id);
      const theirs =
        each < 2 || again || report.reports === 0
          ? []
          : (await store.reports(tenantId, report.id, { cursor: null, limit: each })).items;
      const leaves = theirs.map((one) => leaf(one, viewer, drawn.has(one.id)));
      return { ...leaf(report, viewer, again), below: leaves };
    }),
  );
  const person = shownPerson(row, viewer);
  return {
    above: managers.people.map((manager) => shownPerson(manager, viewer)),
    end: managers.end,
    backTo: managers.backTo,
    middle: { person, reports: reports.total, below, again: false },
    next: reports.next,
    previous: reports.previous,
  };
}

const leaf = (report: Report, viewer: Viewer, again: boolean): ChartPerson => ({
  person: shownPerson(report, viewer),
  reports: report.reports,
  below: [],
  again,
});
