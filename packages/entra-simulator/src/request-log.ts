/** A request inside a batch, as it was answered. */
export interface LoggedInner {
  readonly id: string;
  readonly method: string;
  readonly url: string;
  status: number;
}

/** A request as it was received and answered. */
export interface LoggedRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  /** 0 until answered, and where the connection was destroyed instead. */
  status: number;
  /** As received; `authorization` only says that it was there. */
  readonly headers: Readonly<Record<string, string>>;
  /** The round that it was answered in, from 1; with the option `inRounds` only. */
  round?: number;
  batch?: LoggedInner[];
}

/** The latest requests, oldest first, and the number of all. */
export class RequestLog extends Array<LoggedRequest> {
  /** How many requests arrived since the start or the last `clear`, kept or not. */
  count = 0;
  /** How many of them were inside batches. */
  batched = 0;
  /** Round trips one after another; counted with the option `inRounds` only. */
  rounds = 0;
  #keep = 10_000;

  static override get [Symbol.species](): ArrayConstructor {
    return Array;
  }

  /** A log that keeps so many requests. */
  static keeping(keep: number): RequestLog {
    const log = new RequestLog();
    log.#keep = keep;
    return log;
  }

  record(request: LoggedRequest): void {
    this.count += 1;
    this.push(request);
    if (this.length > this.#keep) this.shift();
  }

  clear(): void {
    this.count = 0;
    this.batched = 0;
    this.rounds = 0;
    this.length = 0;
  }
}
