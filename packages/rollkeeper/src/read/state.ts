import type { DecodedUser } from '../graph/decode.ts';
import type { ReadParts } from './reading.ts';

/** States people who are in scope: what is unchanged is only noted, the rest is staged. */
export async function stateUsers(parts: ReadParts, people: readonly DecodedUser[]): Promise<void> {
  const { known } = parts;
  const users = people.flatMap(({ user }) => (known.state(user) ? [user] : []));
  const managers = people.flatMap(({ manager }) =>
    manager !== null && known.stateManager(manager.id) ? [manager] : [],
  );
  await parts.stage({ users, managers });
}
