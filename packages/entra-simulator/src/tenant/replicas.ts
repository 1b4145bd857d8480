import type { Tenant } from './tenant.ts';

/** What changes a tenant. */
const writes: ReadonlySet<string> = new Set<keyof Tenant>([
  'createUser',
  'updateUser',
  'deleteUser',
  'restoreUser',
  'purgeUser',
  'setManager',
  'createGroup',
  'updateGroup',
  'deleteGroup',
  'restoreGroup',
  'purgeGroup',
  'addMember',
  'removeMember',
  'createContact',
  'createDevice',
  'createServicePrincipal',
  'createSomethingNew',
]);

interface Write {
  readonly name: string;
  readonly args: readonly unknown[];
  /** Milliseconds since 1970. */
  readonly at: number;
}

interface Replica {
  readonly tenant: Tenant;
  /** Writes that have arrived. */
  arrived: number;
  /** When the write that arrives was made: what is dated by it is dated like the original. */
  at: number;
}

/** A part of Graph that may answer from a replica of its own. */
export type Part = 'lists' | 'objects';

/**
 * Copies of a tenant that hear of its changes late, each for a part of Graph. The same seed gives the same tenant, so a copy is
 * the tenant generated once more, with the writes that have arrived.
 */
export class Replicas {
  /** The tenant, for whoever changes it: what is written to it is remembered for its replicas. */
  readonly written: Tenant;
  readonly #original: Tenant;
  readonly #generate: (now: () => number) => Tenant;
  readonly #writes: Write[] = [];
  readonly #replicas = new Map<Part, Replica>();
  /** Writes that every part has seen, whatever it lags behind from then on. */
  #seen = 0;

  constructor(original: Tenant, generate: (now: () => number) => Tenant, now: () => number) {
    this.#original = original;
    this.#generate = generate;
    this.written = new Proxy(original, {
      get: (tenant, name) => {
        const value: unknown = Reflect.get(tenant, name);
        if (typeof value !== 'function') return value;
        return (...args: readonly unknown[]): unknown => {
          const result: unknown = Reflect.apply(value, tenant, args);
          if (typeof name === 'string' && writes.has(name))
            this.#writes.push({ name, args, at: now() });
          return result;
        };
      },
    });
  }

  /** Every part of Graph has seen what was written so far. */
  catchUp(): void {
    this.#seen = this.#writes.length;
  }

  /** The tenant as a part of Graph sees it, without the latest so many changes; what its replica saw once it does not forget. */
  seenBy(part: Part, behind: number): Tenant {
    if (behind === 0) return this.#original;
    const replica = this.#replicas.get(part) ?? this.#begin(part);
    const due = Math.max(this.#seen, this.#writes.length - behind);
    for (; replica.arrived < due; replica.arrived += 1) {
      const write = this.#writes[replica.arrived];
      if (write !== undefined) arrive(replica, write);
    }
    return replica.tenant;
  }

  #begin(part: Part): Replica {
    const clock = { at: 0 };
    const replica: Replica = Object.assign(clock, {
      tenant: this.#generate(() => clock.at),
      arrived: 0,
    });
    this.#replicas.set(part, replica);
    return replica;
  }
}

function arrive(replica: Replica, { args, at, name }: Write): void {
  replica.at = at;
  const method: unknown = Reflect.get(replica.tenant, name);
  if (typeof method === 'function') Reflect.apply(method, replica.tenant, args);
}
