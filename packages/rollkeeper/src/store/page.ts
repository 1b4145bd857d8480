/** A page of a list that is read by key. */
export interface Page<Key> {
  /** Go on after this key; null: from the start. */
  readonly after: Key | null;
  /** At most this many. */
  readonly limit: number;
}
