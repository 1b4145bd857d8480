import { RollkeeperError } from '../directory/error.ts';
import { shownPath } from './link.ts';
import { retryAfterMs } from './retry-after.ts';
import { pauseMs } from './retry.ts';
import type { Clock, GraphRequest, GraphResponse, Limits } from './transport.ts';

/** Says how soon Graph may throttle a request. https://learn.microsoft.com/graph/throttling-limits */
export const priorityHeader = 'x-ms-throttle-priority';

/** An answer, whole or inside a batch, as far as it says how fast Graph may be asked. */
export type Paced = Pick<GraphResponse, 'status' | 'headers'>;

/**
 * How fast Graph may be asked, for all requests of one client. An answer that says 429 stops all of them until its
 * Retry-After has passed: every request counts against the limit, so that going on with the others only prolongs
 * it. Where Graph says that a limit is near or passed, half as many requests go side by side; each answer that says
 * nothing of the kind widens that by one again.
 * https://learn.microsoft.com/graph/throttling https://learn.microsoft.com/graph/throttling-limits
 */
export class Pace {
  readonly #limits: Limits;
  readonly #clock: Clock;
  #width: number;
  #until = 0;

  constructor(limits: Limits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
    this.#width = limits.concurrency;
  }

  /** Requests that may be under way at once. */
  get width(): number {
    return this.#width;
  }

  /** Takes note of what one exchange was answered with: one answer, or all those inside a batch. */
  heed(answers: readonly Paced[], attempt: number): void {
    const near = answers.some(isNearLimit);
    this.#width = near
      ? Math.max(1, Math.floor(this.#width / 2))
      : Math.min(this.#limits.concurrency, this.#width + 1);
    for (const answer of answers) if (answer.status === 429) this.#pause(answer, attempt);
  }

  /**
   * Resolves when nothing keeps a request from being sent. Throws `graph.failed` at once where that would be after
   * the request's deadline, saying when to come back.
   */
  async open(request: GraphRequest, signal: AbortSignal): Promise<void> {
    for (;;) {
      const left = this.#until - this.#clock.now();
      if (left <= 0) return;
      if (this.#until > (request.deadline ?? Number.POSITIVE_INFINITY))
        throw this.#tooLate(request);
      await this.#clock.wait(left, signal);
    }
  }

  #pause({ headers }: Paced, attempt: number): void {
    const now = this.#clock.now();
    const asked = retryAfterMs(headers.get('retry-after'), headers.get('date'), now);
    const pause = pauseMs(asked, attempt, this.#limits, this.#clock.random);
    this.#until = Math.max(this.#until, now + pause);
  }

  #tooLate({ method, url }: GraphRequest): RollkeeperError {
    const path = shownPath(url);
    const retryAt = new Date(this.#until).toISOString();
    const message = `${method} ${path} was not sent: Graph throttles this application until ${retryAt}, which is later than this request can wait.`;
    return new RollkeeperError('graph.failed', message, {
      remedy: `Run again after ${retryAt}, as asked.`,
      where: { method, path },
      facts: { retryAt },
    });
  }
}

function isNearLimit({ status, headers }: Paced): boolean {
  return status === 429 || Number(headers.get('x-ms-throttle-limit-percentage') ?? 0) >= 0.8;
}
