import type { ObjectId } from '../directory/statement.ts';
import type { DecodedUser } from '../graph/decode.ts';
import { queries } from '../graph/queries.ts';
import { counts } from './counts.ts';
import type { Lane } from './lanes.ts';
import type { PageOfPeople, People } from './people.ts';
import { isRefusal } from './people.ts';
import type { ReadParts, Strategy } from './reading.ts';
import { sizeLanes } from './sizing.ts';
import { lanesPay } from './strategy.ts';
import type { Tasks } from './tasks.ts';

export interface ScanParts {
  readonly parts: Pick<ReadParts, 'graph' | 'signal'>;
  readonly people: People;
  readonly tasks: Tasks;
  /** Takes people as they arrive, some perhaps twice; resolves when there is room for more. */
  readonly onPeople: (people: readonly DecodedUser[]) => Promise<void>;
  /** Whom to look at; default everyone. */
  readonly wanted?: (id: ObjectId) => boolean;
  /** Whether everybody who was wanted has been read; default never. */
  readonly enough?: () => boolean;
  /**
   * How many different people have been read, to prove that nobody was missed. Default: no proof is needed, because
   * whoever is missing is asked for.
   */
  readonly read?: () => number;
}

/**
 * Reads the users of the tenant: in lanes side by side where that is sooner, else from page to page. The first page of
 * the plain list is read in any case, while the lanes are sized: it shows how large pages are and which way of asking for
 * managers works. Lanes that Graph refuses, or that brought fewer people than it counts, are followed by the plain list,
 * or left to whoever asks for the missing by id.
 */
export async function scanTenant(scan: ScanParts): Promise<Strategy> {
  const { parts, people } = scan;
  let expected: number | null = null;
  const list = people.all(listedAs(scan, () => expected));
  const [first, sized] = await Promise.all([list.next(), sizeLanes(parts)]);
  if (first.done === true) return pageWalk('the tenant has no users');
  await scan.onPeople(first.value.people);
  if (sized.lanes === null) return await insteadOfLanes(scan, list, sized.because);
  expected = sized.total;
  const pages = Math.ceil(sized.total / Math.max(1, first.value.size));
  if (!lanesPay(pages, parts.graph.width)) {
    return await walkOn(scan, list, `the tenant's ${sized.total} users fit ${pages} pages`);
  }
  await list.return(undefined);
  const doubt = await readLanes(scan, sized.lanes, sized.total);
  scan.parts.signal.throwIfAborted();
  if (doubt !== null) {
    return await insteadOfLanes(scan, people.all(listedAs(scan, () => null)), doubt);
  }
  const because = `${sized.total} users are about ${pages} pages`;
  const lanes = sized.lanes.filter(({ count }) => count > 0).length;
  return { people: 'lanes', lanes, because };
}

const pageWalk = (because: string): Strategy => ({ people: 'page-walk', lanes: 1, because });

const listedAs = ({ wanted }: ScanParts, counted: () => number | null) => ({
  counted,
  ...(wanted === undefined ? {} : { wanted }),
});

/** The plain list is the proof that nobody was missed; where none is needed, the missing are sooner asked for by id. */
async function insteadOfLanes(
  scan: ScanParts,
  list: AsyncGenerator<PageOfPeople>,
  because: string,
): Promise<Strategy> {
  if (scan.read !== undefined) return await walkOn(scan, list, because);
  await list.return(undefined);
  return { people: 'by-id', lanes: 1, because };
}

async function walkOn(
  scan: ScanParts,
  list: AsyncGenerator<PageOfPeople>,
  because: string,
): Promise<Strategy> {
  for await (const { people } of list) {
    await scan.onPeople(people);
    if (scan.enough?.() === true) break;
  }
  return pageWalk(because);
}

/** Reads every lane to its last page. Resolves to why that is not everybody; null: it is. */
async function readLanes(
  scan: ScanParts,
  lanes: readonly Lane[],
  total: number,
): Promise<string | null> {
  const { parts, tasks } = scan;
  let refused = false;
  const walk = async (pages: AsyncGenerator<PageOfPeople>): Promise<void> => {
    if (!refused && scan.enough?.() !== true) refused ||= !(await readLane(scan, pages));
  };
  const left = lanes.filter(({ count }) => count > 0).values();
  const walker = async (): Promise<void> => {
    for (const { beginnings, count } of left) {
      await walk(
        scan.people.beginning(
          beginnings,
          listedAs(scan, () => count),
        ),
      );
    }
  };
  const empty = lanes.filter(({ count }) => count === 0).map(({ beginnings }) => beginnings);
  await Promise.all([
    tasks.start(async () => {
      await walk(
        scan.people.beginningWithFew(
          empty,
          listedAs(scan, () => null),
        ),
      );
    }),
    ...Array.from({ length: parts.graph.width }, () => tasks.start(walker)),
  ]);
  if (parts.signal.aborted) return null;
  if (refused) return 'Graph refused a lane';
  return await missing(scan, total);
}

/** false: Graph does not serve it. */
async function readLane(scan: ScanParts, pages: AsyncGenerator<PageOfPeople>): Promise<boolean> {
  try {
    for await (const { people } of pages) {
      await scan.onPeople(people);
      if (scan.enough?.() === true) break;
    }
    return true;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    return false;
  }
}

/** Whether fewer people were read than there are. Somebody may have left meanwhile, so it is counted once more. */
async function missing({ parts, read }: ScanParts, total: number): Promise<string | null> {
  if (read === undefined || read() >= total) return null;
  const [now] = await counts(parts.graph, [queries.countUsers()], parts.signal);
  if (now !== null && now !== undefined && read() >= now) return null;
  return `the lanes add up to ${read()} of ${now ?? total} users`;
}
