/** A text as an OData literal: in single quotes, those within doubled. https://learn.microsoft.com/graph/query-parameters */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * Path and query. Names such as `$select` and the marks of OData's own grammar stay readable, all else is
 * percent-encoded. What is undefined is left out. The path must be encoded already (`segment`).
 */
export function query(
  path: string,
  parameters: Readonly<Record<string, string | number | boolean | undefined>>,
): string {
  const parts = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encode(String(value))}`],
  );
  return parts.length === 0 ? path : `${path}?${parts.join('&')}`;
}

/** One segment of a path. */
export function segment(text: string): string {
  return encodeURIComponent(text);
}

const readable: Readonly<Record<string, string>> = {
  '%2C': ',',
  '%24': '$',
  '%3A': ':',
  '%2F': '/',
  '%40': '@',
  '%3D': '=',
};

function encode(value: string): string {
  return encodeURIComponent(value).replaceAll(
    /%(?:2C|24|3A|2F|40|3D)/gu,
    (encoded) => readable[encoded] ?? encoded,
  );
}
