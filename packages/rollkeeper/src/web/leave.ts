import type { Context } from 'hono';

import { page } from './layout.ts';
import { html } from './parts/html.ts';
import type { Site, WebEnv } from './site.ts';

/**
 * Answers a form by going to another site. Not by a redirect: a browser holds all redirects that follow a form to our
 * `form-action`, and nobody knows to which hosts an organisation's sign-in leads.
 */
export async function leave(context: Context<WebEnv>, site: Site, url: string): Promise<Response> {
  context.header('Refresh', `0; url=${url}`);
  return await page(context, site, {
    title: 'Going to Microsoft',
    body: html`<p><a href="${url}">Continue to Microsoft</a></p>`,
  });
}
