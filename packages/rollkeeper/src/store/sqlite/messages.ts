import type { ErrorCode, ErrorDetails } from '../../directory/error.ts';
import { RollkeeperError } from '../../directory/error.ts';
import type { Method } from './synchronous.ts';

/** What the worker is started with. */
export interface WorkerStart {
  readonly path: string;
  /** Milliseconds since 1970. */
  readonly processStartedAt: number;
  /** Whether the schema may be changed. */
  readonly migrate: boolean;
  /** How much of the file is kept at hand, in megabytes. */
  readonly cache: number;
}

/** One call. The first answer, to no call, has id 0: the file is open, or why not. */
export interface Request {
  readonly id: number;
  readonly method: Method | 'close';
  readonly args: readonly unknown[];
}

export type Response =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly failure: Failure };

/** An error as it crosses threads: its class and fields would be lost on the way. */
export interface Failure {
  readonly code: ErrorCode;
  readonly message: string;
  readonly remedy: string;
  readonly facts?: ErrorDetails['facts'];
  readonly cause?: string;
}

export function toFailure(error: unknown, path: string): Failure {
  if (error instanceof RollkeeperError) {
    return {
      code: error.code,
      message: error.message,
      remedy: error.remedy,
      facts: error.facts,
      ...(error.cause instanceof Error ? { cause: error.cause.message } : {}),
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'database.failed',
    message: `A call on ${path} failed: ${message}`,
    remedy: 'Run the command again; if it fails again, report it with this message.',
  };
}

export function toError({ code, message, remedy, facts, cause }: Failure): RollkeeperError {
  return new RollkeeperError(code, message, {
    remedy,
    ...(facts === undefined ? {} : { facts }),
    ...(cause === undefined ? {} : { cause: new Error(cause) }),
  });
}
