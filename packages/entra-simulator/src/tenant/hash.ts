/** Mixes two numbers to 32 well-spread bits; the same two always give the same. */
export function mix(a: number, b: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x165667b1, 0xc2b2ae35);
  h ^= h >>> 15;
  h = Math.imul(h, 0x2c1b3c6d);
  h ^= h >>> 12;
  h = Math.imul(h, 0x297a2d39);
  return (h ^ (h >>> 15)) >>> 0;
}

const hexBytes: readonly string[] = Array.from({ length: 256 }, (_, n) =>
  n.toString(16).padStart(2, '0'),
);

function hex16(n: number): string {
  return `${hexBytes[(n >>> 8) & 255]}${hexBytes[n & 255]}`;
}

function hex32(n: number): string {
  return hex16(n >>> 16) + hex16(n);
}

const parts =
  /^([0-9a-f]{8})-([0-9a-f]{4})-4([0-9a-f]{3})-([0-9a-f]{4})-([0-9a-f]{4})([0-9a-f]{8})$/;

/** A GUID that carries an index so that it can be found again without a table. */
export function guidOf(seed: number, index: number): string {
  const a = mix(seed, index);
  const b = mix(a, seed ^ 0x51ed270b);
  const c = mix(b, index);
  const hidden = (index ^ mix(a, seed + 77)) >>> 0;
  return `${hex32(a)}-${hex16(b >>> 16)}-4${hex16(b).slice(1)}-${hex16((c >>> 18) | 0x8000)}-${hex16(c)}${hex32(hidden)}`;
}

/** The index a GUID of {@link guidOf} carries, or `undefined` for any other. */
export function indexOfGuid(seed: number, guid: string): number | undefined {
  const found = parts.exec(guid);
  if (found === null) return undefined;
  const a = Number.parseInt(found[1] ?? '', 16);
  const hidden = Number.parseInt(found[6] ?? '', 16);
  const index = (hidden ^ mix(a, seed + 77)) >>> 0;
  return guidOf(seed, index) === guid ? index : undefined;
}
