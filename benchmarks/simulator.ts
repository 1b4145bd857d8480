import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

import type { Order, Served } from './serving.ts';

/** A simulated tenant in a process of its own. */
export interface Tenant extends AsyncDisposable {
  readonly settings: Readonly<Record<string, string>>;
  /** Milliseconds a request from now on, and a tenth of it for each request inside a batch. */
  charge(latency: number): Promise<void>;
  /** Changes this many users, others each time. */
  change(users: number): Promise<void>;
}

export async function serveTenant(options: {
  readonly users: number;
  readonly members: number;
}): Promise<Tenant> {
  const child = fork(fileURLToPath(new URL('serving.ts', import.meta.url)), {
    env: { ...process.env, BENCH_TENANT: JSON.stringify(options) },
  });
  const [served] = (await once(child, 'message')) as [Served];
  const order = async (given: Order): Promise<void> => {
    const done = once(child, 'message');
    child.send(given);
    await done;
  };
  return {
    settings: served.settings,
    charge: async (latency) => await order({ latency }),
    change: async (users) => await order({ change: users }),
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
    },
  };
}
