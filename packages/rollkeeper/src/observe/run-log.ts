import type { RequestEvent } from '../graph/trace.ts';
import { RollkeeperError } from '../directory/error.ts';
import type { Progress } from '../run/parts.ts';
import type { RunReport } from '../run/report.ts';
import type { Logger } from './logger.ts';

/**
 * What a run says to a log: one line at `info` when it ended (`error` where it failed), warnings at `warn`, and the rest, every
 * request among it, at `debug`. From its beginning every line has the number of the run.
 */
export class RunLog {
  #log: Logger;

  constructor(log: Logger) {
    this.#log = log;
  }

  readonly progress = (progress: Progress): void => {
    switch (progress.phase) {
      case 'begun':
        this.#log = this.#log.child({ tenantId: progress.tenantId, run: progress.run });
        return this.#log.debug({ kind: progress.kind }, 'run begun');
      case 'warning':
        return this.#log.warn({}, progress.message);
      case 'reading':
        return;
      case 'deciding':
      case 'applying':
        return this.#log.debug({}, progress.phase);
    }
  };

  readonly request = (event: RequestEvent): void => {
    const failed = event.status === null || event.status === 429 || event.status >= 500;
    if (failed) this.#log.warn(event, 'request failed');
    else this.#log.debug(event, 'request');
  };

  ended(report: RunReport): void {
    const { run: _run, ...facts } = report;
    this.#log.info(facts, `run ${report.status}`);
  }

  failed(report: RunReport, cause: unknown): void {
    const { run: _run, ...facts } = report;
    const where = cause instanceof RollkeeperError ? cause.where : undefined;
    this.#log.error(where === undefined ? facts : { ...facts, where }, `run ${report.status}`);
  }
}
