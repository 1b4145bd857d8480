import { hostname } from 'node:os';

/** Whom a lease belongs to: a process of a machine. Its start tells it from an earlier one of the same number. */
export interface Owner {
  readonly host: string;
  readonly process: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

export const thisProcess = (startedAt: number): Owner => ({
  host: hostname(),
  process: process.pid,
  startedAt,
});

export const ownerText = (owner: Owner): string =>
  `${owner.host}:${owner.process}:${owner.startedAt}`;

export function parseOwner(text: string): Owner {
  const [startedAt, number, ...host] = text.split(':').toReversed();
  return {
    host: host.toReversed().join(':'),
    process: Number(number),
    startedAt: Number(startedAt),
  };
}

/** Whether a process of this machine is known to have ended. Of other machines nothing is known. */
export function isGone(owner: Owner, self: Owner): boolean {
  if (owner.host !== self.host) return false;
  if (owner.process === self.process) return owner.startedAt !== self.startedAt;
  try {
    process.kill(owner.process, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
