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
  const until = site.startedAt + oneTimeMs;
  const answers = (context: Context<WebEnv>, given: unknown): boolean =>
    !used &&
    site.now() < until &&
    isFromHere(context) &&
    typeof given === 'string' &&
    sameText(given, key);
  return new Hono<WebEnv>()
    .get('/sign-in/once', async (context) => {
      if (!attempts.allow(context)) return await tooMany(context, site);
      const given = context.req.query('key');
      return answers(context, given) ? await offer(context, site, key) : await spent(context, site);
    })
    .post('/sign-in/once', async (context) => {
      if (!attempts.allow(context)) return await tooMany(context, site);
      const { key: given } = await context.req.parseBody();
      if (!answers(context, given)) return await spent(context, site);
      used = true;
      await openSession(context, site, { subject: 'one-time', name: 'One-time sign-in' });
      return context.redirect(site.path('/'), 303);
    });
}

/** The address stands on a terminal, and perhaps in a log: it is good for so long after the start. */
const oneTimeMs = 60 * 60_000;

/** From this machine itself, and not through a proxy on it. */
function isFromHere({ env, req }: Context<WebEnv>): boolean {
  const isForwarded = ['forwarded', 'x-forwarded-for', 'x-real-ip'].some(
    (name) => req.header(name) !== undefined,
  );
  return !isForwarded && /^(?:::ffff:)?127(?:\.\d+){3}$|^::1$/u.test(env.address ?? '');
}

async function offer(context: Context<WebEnv>, site: Site, key: string): Promise<Response> {
  return await page(context, site, {
    title: 'Sign in once',
    body: html`<section class="card">
      <p>
        This address lets you in once, so that you can connect a tenant. List administrators in
        <code>ROLLKEEPER_ADMINISTRATORS</code> for every time after.
      </p>
      <form method="post" action="${site.path('/sign-in/once')}">
        <input type="hidden" name="token" value="${context.get('browser').formToken}" />
        <input type="hidden" name="key" value="${key}" />
        <button type="submit">Sign in</button>
      </form>
    </section>`,
  });
}

async function spent(context: Context<WebEnv>, site: Site): Promise<Response> {
  return await page(context, site, {
    title: 'Sign in once',
    status: 403,
    body: html`${notice(
        'bad',
        'This address is not right, was used before, or is more than an hour old.',
        'Start rollkeeper serve again: it prints a new one. Open it on the machine that serves it.',
      )}
      <p><a href="${site.path('/sign-in')}">Sign in as an administrator</a></p>`,
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
