import type { Connection } from '../connection.ts';

/**
 * Takes out of the full-text index what belongs to nobody any more. The index only notes who is gone, and would keep
 * their words until it is next rewritten.
 */
export function forgetWords(connection: Connection): void {
  connection.run(
    "INSERT INTO rollkeeper_search_words (rollkeeper_search_words) VALUES ('optimize')",
  );
}
