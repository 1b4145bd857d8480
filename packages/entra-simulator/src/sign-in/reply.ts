import type { Answer } from '../exchange.ts';

/** Sends the browser back to the application. */
export function redirect(to: string, parameters: Readonly<Record<string, string>>): Answer {
  const url = new URL(to);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return { status: 302, headers: { Location: url.href, 'Cache-Control': 'no-store' }, body: '' };
}

/** A page of the login. `body` is HTML. */
export function page(title: string, body: string, status = 200): Answer {
  return {
    status,
    headers: { 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' },
    body: `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1>${body}</html>`,
  };
}

/** What the login shows instead of going back: to an address that is not registered it sends nobody. */
export function errorPage(number: number, message: string): Answer {
  return page(
    'Sorry, but we’re having trouble signing you in.',
    `<p>AADSTS${number}: ${escaped(message)}</p>`,
    400,
  );
}

export const escaped = (text: string): string =>
  text.replaceAll(/[&<>"']/gu, (sign) => `&#${sign.codePointAt(0)};`);

/** The hidden fields that carry a request's parameters on. */
export const carried = (parameters: URLSearchParams): string =>
  [...parameters]
    .map(
      ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`,
    )
    .join('');
