/** A statement as PostgreSQL takes it: names qualified, values by position. */
export interface Statement {
  readonly text: string;
  /** The names of the values, in the order of their positions. */
  readonly names: readonly string[];
}

/**
 * Puts a statement into PostgreSQL's form. Every name that begins with `rollkeeper_` or `microsoft_graph_` is qualified with
 * the schema, so that nothing depends on a search path; but the name of an index, which stands in its table's schema.
 * `$name` becomes a position.
 */
export function compile(sql: string, schema: string): Statement {
  const names: string[] = [];
  const text = qualify(sql, schema).replaceAll(/\$([a-z]\w*)/giu, (_, name: string) => {
    if (!names.includes(name)) names.push(name);
    return `$${names.indexOf(name) + 1}`;
  });
  return { text, names };
}

/** The same for statements without values, as migrations are. */
export const qualify = (sql: string, schema: string): string =>
  sql.replaceAll(ours, `${quoted(schema)}.$&`).replaceAll(/\{schema\}/gu, quoted(schema));

const ours = /(?<![.\w"']|INDEX )(?:rollkeeper|microsoft_graph)_\w+/gu;

/** An identifier in double quotes. */
export const quoted = (identifier: string): string => `"${identifier.replaceAll('"', '""')}"`;
