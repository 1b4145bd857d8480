import * as v from 'valibot';

import type { Where } from '../directory/error.ts';
import type { HeldKind } from '../decide/threshold.ts';
import type { Strategy } from '../read/reading.ts';
import type { RunKind } from '../store/store.ts';
import type { ReadReason } from './choose.ts';
import { readReasons } from './choose.ts';
import type { RunWork } from './work.ts';
import { workSchema } from './work.ts';

/** How a run ended, as `sync --json` prints it. The names and their meaning are stable. */
export interface RunReport {
  /** The run's number, for `rollkeeper runs show`. 0: it failed before it began. */
  readonly run: number;
  /** `full` and `resync` read everything, `delta` what changed. */
  readonly kind: RunKind;
  /** Why everything was read; absent where only what changed was. */
  readonly reason?: ReadReason;
  /** Differences that a proving read found and no delta round had spoken of; absent where nothing was proven. */
  readonly drift?: number;
  readonly status: 'succeeded' | 'quarantined' | 'failed' | 'cancelled';
  readonly users: {
    readonly created: number;
    readonly updated: number;
    /** Accounts that are disabled now and were not. */
    readonly deactivated: number;
    readonly restored: number;
    readonly softDeleted: number;
    /** In scope and none of the above. */
    readonly unchanged: number;
    /** Rows in scope when the run had ended; a dry run and a quarantined one leave them as they were. */
    readonly inScope: number;
  };
  readonly supervisors: {
    readonly set: number;
    readonly cleared: number;
    /** Links when the run had ended. */
    readonly total: number;
  };
  /** Removals that are held when the run has ended, by it or by those before; a dry run counts those that it would hold too. */
  readonly held: number;
  /** Requests to Graph, those that were repeated included. */
  readonly requests: number;
  /** Answers that said 429. */
  readonly throttled: number;
  readonly durationMs: number;
  /** What people should know and did not stop the run; absent: nothing. */
  readonly warnings?: readonly string[];
  /** What it cost; absent where the run failed before it began. */
  readonly work?: RunWork;
  /** How people were read; absent where the run failed before it was known, or asked for changes only. */
  readonly strategy?: Strategy;
  readonly error?: ReportedError;
}

/** Why a run failed. */
export interface ReportedError {
  readonly code: string;
  readonly message: string;
  /** What to do next; absent where it is not known. */
  readonly remedy?: string;
  /** The request that failed; absent where it was none. */
  readonly where?: Where;
}

/** A run that ended without an error, with what its caller may want beside the report. */
export interface RunResult {
  readonly tenantId: string;
  readonly dryRun: boolean;
  readonly report: RunReport;
  readonly held: readonly HeldKind[];
  /** What people should know and did not stop the run. */
  readonly warnings: readonly string[];
}

/** The report of a run that did nothing. */
export function emptyReport(
  run: number,
  kind: RunKind,
): Omit<RunReport, 'status' | 'strategy' | 'error'> {
  return {
    run,
    kind,
    users: {
      created: 0,
      updated: 0,
      deactivated: 0,
      restored: 0,
      softDeleted: 0,
      unchanged: 0,
      inScope: 0,
    },
    supervisors: { set: 0, cleared: 0, total: 0 },
    held: 0,
    requests: 0,
    throttled: 0,
    durationMs: 0,
  };
}

const schema: v.GenericSchema<RunReport> = v.object({
  run: v.number(),
  kind: v.picklist(['full', 'delta', 'resync', 'approval']),
  reason: v.exactOptional(v.picklist(readReasons)),
  drift: v.exactOptional(v.number()),
  status: v.picklist(['succeeded', 'quarantined', 'failed', 'cancelled']),
  users: v.object({
    created: v.number(),
    updated: v.number(),
    deactivated: v.number(),
    restored: v.number(),
    softDeleted: v.number(),
    unchanged: v.number(),
    inScope: v.number(),
  }),
  supervisors: v.object({ set: v.number(), cleared: v.number(), total: v.number() }),
  held: v.number(),
  requests: v.number(),
  throttled: v.number(),
  durationMs: v.number(),
  warnings: v.exactOptional(v.array(v.string())),
  work: v.exactOptional(workSchema),
  strategy: v.exactOptional(
    v.object({
      people: v.picklist(['by-id', 'lanes', 'page-walk']),
      lanes: v.number(),
      because: v.string(),
    }),
  ),
  error: v.exactOptional(
    v.object({
      code: v.string(),
      message: v.string(),
      remedy: v.exactOptional(v.string()),
      where: v.exactOptional(
        v.object({
          method: v.string(),
          path: v.string(),
          status: v.exactOptional(v.number()),
          graphCode: v.exactOptional(v.string()),
          requestId: v.exactOptional(v.string()),
        }),
      ),
    }),
  ),
});

/** A report as a run stored it. */
export const readReport = (json: string): RunReport => v.parse(schema, JSON.parse(json));
