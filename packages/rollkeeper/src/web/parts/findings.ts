import type { Finding } from '../../check/finding.ts';
import { badge } from './badge.ts';
import type { Tone } from './badge.ts';
import { html, nothing, printable, shortly } from './html.ts';
import type { Html } from './html.ts';

const tones: Readonly<Record<Finding['state'], Tone>> = {
  ok: 'good',
  warning: 'warning',
  failed: 'bad',
  skipped: 'quiet',
};

/** What a check found, each with its remedy and the id to quote to Microsoft. */
export function findings(found: readonly Finding[]): Html {
  return html`<ul class="findings">
    ${found.map(
      ({ step, state, message, remedy, requestId }) =>
        html`<li>
          <div>${badge(tones[state], state)}</div>
          <div>
            <strong>${capital(step)}</strong> ${printable(shortly(message))}
            ${remedy === undefined ? nothing : html`<p>${printable(remedy)}</p>`}
            ${requestId === undefined ? nothing : html`<p class="muted">Request id: <code>${requestId}</code></p>`}
          </div>
        </li>`,
    )}
  </ul>`;
}

const capital = (word: string): string => `${word.slice(0, 1).toUpperCase()}${word.slice(1)}`;
