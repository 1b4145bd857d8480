import { html, number } from '../parts/html.ts';
import type { Html } from '../parts/html.ts';
import { actionForm } from '../parts/form.ts';
import { notice } from '../parts/pieces.ts';
import type { Viewer } from '../principal.ts';
import type { Site } from '../site.ts';
import type { Waiting } from './held.ts';
import { inWords, sumOf } from './held.ts';

export type Choice = 'allow' | 'reject';

/** The longest reason that is kept. */
export const longestReason = 500;

/** Asks once more, and says how many. `changed`: the number is another one than the form said that was just sent. */
export function confirmation(
  site: Site,
  viewer: Viewer,
  choice: Choice,
  run: { readonly runId: number; readonly waiting: Waiting; readonly changed: boolean },
): Html {
  const { runId, waiting, changed } = run;
  const sum = number(sumOf(waiting));
  const path = site.path(`/runs/${runId}`);
  const form = actionForm(viewer, {
    action: `${path}/${choice}`,
    label: choice === 'allow' ? `Allow ${sum} deletes` : `Reject ${sum} removals`,
    kind: choice === 'allow' ? 'danger' : 'primary',
    after: html`<a href="${path}">Back to the run</a>`,
    body: html`<input type="hidden" name="count" value="${sumOf(waiting)}" />
      <label class="reason">
        <span>Reason, for the record</span>
        <input type="text" name="reason" maxlength="${longestReason}" autocomplete="off" />
      </label>`,
  });
  return html`${
      changed
        ? notice(
            'warning',
            'The number has changed meanwhile',
            'Look at it again before you decide.',
          )
        : html``
    }
    <div class="card decide column">
      <p class="what"><strong>${inWords(waiting)}</strong></p>
      ${
        choice === 'allow'
          ? html`<p>
              The tenant is read afresh. Then those of them whom that read would still remove are
              removed: never more, and nobody else. Rows are soft-deleted and can come back.
            </p>`
          : html`<p>
              They stay as they are, and are not proposed again until they have been seen back in
              the tenant once.
            </p>`
      }
      ${form}
    </div>`;
}
