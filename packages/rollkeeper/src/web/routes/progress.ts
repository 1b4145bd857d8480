import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';

import type { Progress } from '../../run/parts.ts';
import type { Conductor, Current } from '../../schedule/conductor.ts';
import { html, number, printable } from '../parts/html.ts';
import type { Html } from '../parts/html.ts';
import type { Site, WebEnv } from '../site.ts';

/**
 * Tells how the run of this process goes, as server-sent events: `progress` with `{ text, value, max }`, and `ended` when
 * the page should be loaded again: the run is over, or the reader is not admitted any more. https://developer.mozilla.org/docs/Web/API/Server-sent_events
 */
export function progressEvents(context: Context<WebEnv>, conductor: Conductor): Response {
  // Nobody reads the body of an answer to HEAD: a stream would wait for a reader for as long as the process lives.
  const isRead = context.req.method !== 'HEAD';
  const events = isRead ? stream(context, conductor) : context.body(null);
  events.headers.set('Content-Type', 'text/event-stream');
  // What stands in between, compression of the host or a proxy, is to hand it on as it comes.
  events.headers.set('Cache-Control', 'no-store, no-transform');
  events.headers.set('X-Accel-Buffering', 'no');
  return events;
}

function stream(context: Context<WebEnv>, conductor: Conductor): Response {
  return streamSSE(context, async (events) => {
    const gone = new AbortController();
    events.onAbort(() => gone.abort());
    for await (const progress of conductor.watch(gone.signal)) {
      // Whoever signed out meanwhile is not told any more; what fails is shown by the page that is loaded then.
      if (
        !(await context
          .get('isStillAdmitted')()
          .catch(() => false))
      )
        break;
      await events.writeSSE({ event: 'progress', data: JSON.stringify(shown(progress)) });
    }
    await events.writeSSE({ event: 'ended', data: '{}' });
  });
}

/** The run that is under way. Without script the page is loaded again every few seconds. */
export function progressBar(site: Site, { progress, startedAt }: Current): Html {
  const { text, value, max } = shown(progress);
  return html`<section
    class="card progress"
    data-events="${site.path('/sync/events')}"
    aria-live="polite"
  >
    <header><h2>A run is under way</h2></header>
    ${
      value === null
        ? html`<progress aria-label="Progress"></progress>`
        : html`<progress aria-label="Progress" value="${value}" max="${max}"></progress>`
    }
    <p class="progress-text" data-since="${startedAt}">${text}</p>
  </section>`;
}

interface Shown {
  readonly text: string;
  /** null: it cannot be told how much is left. */
  readonly value: number | null;
  readonly max: number;
}

function shown(progress: Progress | null): Shown {
  if (progress?.phase !== 'reading') return { text: inWords(progress), value: null, max: 1 };
  const { people, of } = progress;
  const text = `Reading: ${number(people)} of ${number(of)} people.`;
  return { text, value: people, max: Math.max(of, people, 1) };
}

function inWords(progress: Exclude<Progress, { phase: 'reading' }> | null): string {
  if (progress === null) return 'It begins.';
  if (progress.phase === 'begun') return `Run ${progress.run} began.`;
  if (progress.phase === 'warning') return printable(progress.message);
  return progress.phase === 'deciding' ? 'Deciding what to do.' : 'Applying the plan.';
}
