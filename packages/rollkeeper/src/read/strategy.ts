/** What is known of sizes before people are read. Counts only advise: null where Graph gave none. */
export interface Sizes {
  /** Users in the tenant. */
  readonly tenant: number | null;
  /** Users in scope. */
  readonly members: number | null;
  /** Direct members of the scope's own group, whatever they are: its pages come one after another. */
  readonly direct: number | null;
  /** Objects in a page, as really seen. */
  readonly pageSize: number;
  /** People asked for by id in one batch. */
  readonly perTrip: number;
  /** Requests side by side. */
  readonly width: number;
}

/** How the people in scope are read, with the estimated round trips one after another. */
export interface Choice {
  readonly people: 'by-id' | 'tenant-scan';
  readonly byId: number | null;
  readonly scan: number | null;
  readonly because: string;
}

/** So few people are always asked for by id: that is one batch. */
const always = 300;
/** What a full batch takes, in round trips: Graph works on the requests inside, too. */
const batchTrips = 3;
/** Round trips in which the parts of the tenant are counted and split. */
const sizingTrips = 2;
/** Where both take about as long, the scan is taken: it costs a fraction of the resource units. */
const about = 1.1;

/** Whether a list of so many pages is read sooner in lanes than from page to page. */
export function lanesPay(pages: number, width: number): boolean {
  return pages > sizingTrips + 1 + Math.ceil(pages / width);
}

/** Chooses between asking for members by id and reading the whole tenant, by estimated round trips. */
export function choose(sizes: Sizes): Choice {
  const { tenant, members } = sizes;
  if (tenant === null || members === null) {
    const because = 'Graph gave no counts to compare by';
    return { people: 'by-id', byId: null, scan: null, because };
  }
  const byId = Math.ceil(byIdTrips(sizes, members));
  const scan = Math.ceil(scanTrips(sizes, tenant));
  const people = members > always && scan <= byId * about ? 'tenant-scan' : 'by-id';
  const because = `about ${byId} round trips by id, ${scan} through the tenant, for ${members} members of ${tenant} users`;
  return { people, byId, scan, because };
}

const walkTrips = ({ direct, pageSize }: Sizes): number =>
  Math.max(1, Math.ceil((direct ?? 0) / pageSize));

/** People are asked for while the members are walked; what the last page brings comes after it. */
function byIdTrips(sizes: Sizes, members: number): number {
  const { perTrip, width } = sizes;
  const batches = Math.ceil(members / perTrip);
  const all = (batches * batchTrips) / Math.max(1, width - 1);
  return Math.max(walkTrips(sizes), all) + batchTrips;
}

/** The tenant is read once the members are known, so that nobody else need be held. */
function scanTrips(sizes: Sizes, tenant: number): number {
  const { pageSize, width } = sizes;
  const pages = Math.max(1, Math.ceil(tenant / pageSize));
  const scan = lanesPay(pages, width) ? sizingTrips + Math.ceil(pages / width) : pages;
  return walkTrips(sizes) + scan;
}
