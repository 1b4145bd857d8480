import type { MemberKey } from './membership.ts';

/** One thing that happened to an object of the tenant. */
export type Change = { readonly seq: number; readonly id: string } & (
  | { readonly what: 'created' | 'restored' | 'softDeleted' | 'purged' }
  | { readonly what: 'updated'; readonly properties: readonly string[] }
  | { readonly what: 'manager'; readonly from: string | null; readonly to: string | null }
  | {
      readonly what: 'member';
      readonly member: MemberKey;
      readonly memberId: string;
      readonly added: boolean;
      readonly purged: boolean;
    }
);

type Happening = Change extends infer One ? (One extends Change ? Omit<One, 'seq'> : never) : never;

/** Everything that happened since the tenant was generated, in order. */
export class Changes {
  readonly #log: Change[] = [];

  /** The number of the latest change; 0 before the first. */
  get seq(): number {
    return this.#log.length;
  }

  record(happening: Happening): void {
    this.#log.push({ ...happening, seq: this.#log.length + 1 });
  }

  /** What happened after one change up to another, that one included. */
  between(after: number, upTo: number): readonly Change[] {
    return this.#log.slice(after, upTo);
  }

  /** Forgets everything: the tenant as it stands is where it starts. */
  start(): void {
    this.#log.length = 0;
  }
}
