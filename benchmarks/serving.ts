/** The process that serves the tenant: it prints nothing, and takes orders by message. */
import { serve } from 'entra-simulator';

/** What it says when it can be reached. */
export interface Served {
  readonly settings: Readonly<Record<string, string>>;
}

export interface Order {
  readonly latency?: number;
  readonly change?: number;
}

const options = JSON.parse(process.env['BENCH_TENANT'] ?? '{}') as {
  readonly users: number;
  readonly members: number;
};
const simulator = await serve({ ...options, nested: false, odd: false, keepRequests: 0 });
let changed = 0;

process.on('message', (order: Order) => {
  if (order.latency !== undefined) simulator.latencyMs = order.latency;
  if (order.change !== undefined) change(order.change);
  process.send?.('done');
});
process.send?.({ settings: simulator.settings } satisfies Served);

/** Titles, managers and accounts of users spread over the tenant. */
function change(users: number): void {
  const { roster } = simulator.tenant;
  const step = Math.max(1, Math.floor(roster.end / users));
  for (let at = 0; at < users; at += 1) {
    changed += 1;
    const id = roster.idOf((at * step + (changed % step)) % roster.end);
    if (changed % 10 === 0) simulator.tenant.setManager(id, roster.idOf(changed % roster.end));
    else simulator.tenant.updateUser(id, { jobTitle: `Title ${changed}` });
  }
}
