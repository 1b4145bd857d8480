/** Says in words where a value lacks what an example has: keys, or types. What it has besides does not matter. */
export function shapeFaults(example: unknown, ours: unknown, at = 'the body'): readonly string[] {
  if (example === null || ours === null) return [];
  if (Array.isArray(example)) {
    if (!Array.isArray(ours)) return [`${at} is no list`];
    const objects = example.some((item) => typeof item === 'object');
    if (ours.length === 0 && objects) return [`${at} is empty, so that nothing can be compared`];
    if (example.length === 0 || ours.length === 0) return [];
    return shapeFaults(folded(example), folded(ours), `${at}[]`);
  }
  if (typeof example !== typeof ours) return [`${at} is a ${typeof ours}, not a ${typeof example}`];
  if (typeof example !== 'object') return [];
  const held = new Map(Object.entries(Object(ours)));
  return Object.entries(Object(example)).flatMap(([name, value]) =>
    held.has(name) ? shapeFaults(value, held.get(name), `${at}.${name}`) : [`${at} lacks ${name}`],
  );
}

/** All items of a list as one, so that what any of them has counts; of scalars, the first. */
function folded(list: readonly unknown[]): unknown {
  const objects = list.filter((item) => typeof item === 'object' && item !== null);
  if (objects.length === 0) return list[0];
  const whole = new Map<string, unknown>();
  for (const [name, value] of objects.flatMap((item) => Object.entries(item))) {
    const before = whole.get(name);
    const both = Array.isArray(before) && Array.isArray(value);
    whole.set(name, both ? [...before, ...value] : (before ?? value));
  }
  return Object.fromEntries(whole);
}
