import { Hono } from 'hono';
import type { Context } from 'hono';

import { page } from '../layout.ts';
import { html } from '../parts/html.ts';
import { notice } from '../parts/pieces.ts';
import { sameText } from '../principal.ts';
import type { Site, WebEnv } from '../site.ts';
import type { Attempts } from './attempts.ts';
import { openSession } from './session.ts';

/**
 * The address on the terminal, for the time before administrators can sign in. Opening it shows a button; the button
 * signs in, once. So nothing that merely looks at addresses uses it up.
 */
export function oneTimeRoutes(site: Site, attempts: Attempts, key: string): Hono<WebEnv> {
  let used = false;
  const answers = (given: string | undefined): boolean =>
    !used && given !== undefined && sameText(given, key);
  return new Hono<WebEnv>()
    .get('/sign-in/once', async (context) => {
      if (!attempts.allow(context)) return await tooMany(context, site);
      const given = context.req.query('key');
      return answers(given) ? await offer(context, site, key) : await spent(context, site);
    })
    .post('/sign-in/once', async (context) => {
      if (!attempts.allow(context)) return await tooMany(context, site);
      const { key: given } = await context.req.parseBody();
      if (typeof given !== 'string' || !answers(given)) return await spent(context, site);
      used = true;
      await openSession(context, site, { subject: 'one-time', name: 'One-time sign-in' });
      return context.redirect(site.path('/'), 303);
    });
}

async function offer(context: Context<WebEnv>, site: Site, key: string): Promise<Response> {
  return await page(context, site, {
    title: 'Sign in once',
    body: html`<p>
        This address lets you in once, so that you can connect a tenant. List administrators in
        <code>ROLLKEEPER_ADMINISTRATORS</code> for every time after.
      </p>
      <form method="post" action="${site.path('/sign-in/once')}">
        <input type="hidden" name="token" value="${context.get('browser').formToken}" />
        <input type="hidden" name="key" value="${key}" />
        <button type="submit">Sign in</button>
      </form>`,
  });
}

async function spent(context: Context<WebEnv>, site: Site): Promise<Response> {
  return await page(context, site, {
    title: 'Sign in once',
    status: 403,
    body: notice(
      'bad',
      'This address is not right, or was used before.',
      'Start rollkeeper serve again: it prints a new one.',
    ),
  });
}

export async function tooMany(context: Context<WebEnv>, site: Site): Promise<Response> {
  context.header('Retry-After', '60');
  return await page(context, site, {
    title: 'Sign in',
    status: 429,
    body: notice('bad', 'Too many attempts to sign in.', 'Try again in a minute.'),
  });
}
