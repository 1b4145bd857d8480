import type { Viewer } from '../principal.ts';
import { html, nothing } from './html.ts';
import type { Html } from './html.ts';

/**
 * A form that changes something: sent by POST with the viewer's token, without which it is refused. Only whoever may
 * `manage` gets one; others get nothing.
 */
export function actionForm(
  viewer: Viewer,
  form: {
    readonly action: string;
    readonly label: string;
    /** `danger`: what it does cannot be taken back. Default `primary`. */
    readonly kind?: 'primary' | 'secondary' | 'danger';
    /** Fields and words before the button. */
    readonly body?: Html;
    /** Ways out, beside the button. */
    readonly after?: Html;
  },
): Html {
  if (viewer.may !== 'manage') return nothing;
  return html`<form class="action" method="post" action="${form.action}">
    ${tokenField(viewer)} ${form.body ?? nothing}
    <button type="submit" class="${form.kind ?? 'primary'}">${form.label}</button>
    ${form.after ?? nothing}
  </form>`;
}

/** The hidden field that every form with `method="post"` needs. */
export function tokenField({ formToken }: Viewer): Html {
  return html`<input type="hidden" name="token" value="${formToken}" />`;
}
