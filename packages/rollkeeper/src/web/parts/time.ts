import { html } from './html.ts';
import type { Html } from './html.ts';

/**
 * A point in time, given in ISO 8601. Without script it reads in UTC, to the minute; `page.js` writes it in the
 * reader's zone and language. The exact time shows on hover. `null` reads as a dash.
 */
export function time(iso: string | null): Html {
  if (iso === null) return html`<span class="muted">–</span>`;
  const shown = `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
  return html`<time class="time" datetime="${iso}" title="${iso}">${shown}</time>`;
}

/** How long something took, from milliseconds: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`. */
export function duration(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
