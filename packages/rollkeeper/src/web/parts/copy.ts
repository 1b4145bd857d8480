import { html } from './html.ts';
import type { Html } from './html.ts';

/** A text to be copied, with a button that does it where there is script. */
export function copyable(text: string): Html {
  return html`<div class="copy">
    <code>${text}</code>
    <button class="secondary" type="button" data-copy="${text}">Copy</button>
  </div>`;
}
