/** A path with a query; what is empty, null or absent is left out. */
export function address(
  path: string,
  query: Readonly<Record<string, string | null | undefined>>,
): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') parameters.set(key, value);
  }
  const text = parameters.toString();
  return text === '' ? path : `${path}?${text}`;
}

/** The value of a query where it is one of `allowed`; else the first of them. */
export function oneOf<Value extends string>(
  value: string | undefined,
  allowed: readonly [Value, ...Value[]],
): Value {
  return allowed.find((one) => one === value) ?? allowed[0];
}
