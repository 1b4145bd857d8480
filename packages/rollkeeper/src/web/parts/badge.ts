import type { PersonRow, RunStatus } from '../../store/store.ts';
import { html } from './html.ts';
import type { Html } from './html.ts';

/** `good`: as it should be. `warning`: works, look at it. `bad`: does not work. `busy`: under way. `quiet`: neither. */
export type Tone = 'good' | 'warning' | 'bad' | 'busy' | 'quiet';

/** A state in a word. It says the word too: colour alone tells nothing. */
export function badge(tone: Tone, text: string): Html {
  return html`<span class="badge" data-tone="${tone}">${text}</span>`;
}

const runTones: Readonly<Record<RunStatus, Tone>> = {
  reading: 'busy',
  deciding: 'busy',
  applying: 'busy',
  succeeded: 'good',
  quarantined: 'warning',
  failed: 'bad',
  cancelled: 'quiet',
};

/** The state of a run. */
export const runBadge = (status: RunStatus): Html => badge(runTones[status], status);

const personTones: Readonly<Record<PersonRow['status'], Tone>> = {
  active: 'good',
  disabled: 'warning',
  left: 'quiet',
  deleted: 'quiet',
  outside: 'quiet',
};

/** The state of a person. */
export const personBadge = (status: PersonRow['status']): Html =>
  badge(personTones[status], status);
