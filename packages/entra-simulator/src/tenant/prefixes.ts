/** How many characters of a user name are looked up; longer beginnings are sought among those. */
const depth = 2;

/** Users by how their names begin, in lower case, each list in ascending order. */
export class Prefixes {
  readonly #byPrefix = new Map<string, number[]>();

  /** `names` gives user names by ascending index. */
  constructor(names: Iterable<readonly [index: number, name: string]>) {
    for (const [index, name] of names) {
      for (let length = 1; length <= Math.min(depth, name.length); length += 1) {
        const prefix = name.slice(0, length);
        const list = this.#byPrefix.get(prefix);
        if (list === undefined) this.#byPrefix.set(prefix, [index]);
        else list.push(index);
      }
    }
  }

  /** Everyone whose name begins so, and perhaps others: as far as names are looked up. */
  candidates(prefix: string): readonly number[] {
    return this.#byPrefix.get(prefix.slice(0, depth)) ?? [];
  }
}
