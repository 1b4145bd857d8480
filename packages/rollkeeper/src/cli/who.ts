import { userInfo } from 'node:os';

/** The user of the operating system, for the record; their number where a container has no name for it. */
export function whoAsks(): string {
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.() ?? 'unknown'}`;
  }
}
