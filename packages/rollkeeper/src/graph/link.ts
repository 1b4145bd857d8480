import { RollkeeperError } from '../directory/error.ts';

/**
 * A path under the service root, or a link that Graph gave, as an absolute URL. A link is used whole; one that leads
 * anywhere but under the root throws `graph.foreign_link`, so that no token follows it.
 */
export function absolute(root: string, pathOrLink: string): string {
  const url = /^[a-z][a-z\d+.-]*:/iu.test(pathOrLink)
    ? pathOrLink
    : `${root}${pathOrLink.startsWith('/') ? '' : '/'}${pathOrLink}`;
  if (!isUnder(root, url)) throw foreignLink(root, url);
  return url;
}

/** A link in an answer: must be absolute. */
export function absoluteLink(root: string, link: string): string {
  if (!isUnder(root, link)) throw foreignLink(root, link);
  return link;
}

/** Same scheme, host and port, no user name, and a path under that of the root. */
export function isUnder(root: string, link: string): boolean {
  if (!URL.canParse(link)) return false;
  const at = new URL(link);
  const base = new URL(root);
  return (
    at.origin === base.origin &&
    at.username === '' &&
    at.password === '' &&
    at.pathname.startsWith(`${base.pathname}/`)
  );
}

function foreignLink(root: string, link: string): RollkeeperError {
  const host = URL.canParse(link) ? new URL(link).host : 'no host';
  const message = `A link leads away from Microsoft Graph (to ${host}, not under ${root}); nothing was sent to it.`;
  const remedy =
    'Look for a proxy that rewrites answers. If Graph is reached at another address, set MSGRAPH_GRAPH_URL to it.';
  return new RollkeeperError('graph.foreign_link', message, { remedy, facts: { host, root } });
}

/** Path and query for people to read: page and delta tokens are long and opaque, and left out. */
export function shownPath(url: string): string {
  if (!URL.canParse(url)) return '(not a URL)';
  const { pathname, search } = new URL(url);
  const query = search.replaceAll(/((?:\$|%24)(?:skip|delta)token=)[^&]+/giu, '$1…');
  try {
    return `${pathname}${decodeURI(query)}`;
  } catch {
    return `${pathname}${query}`;
  }
}
