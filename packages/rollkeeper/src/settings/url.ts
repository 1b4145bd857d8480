/** A URL as it is kept, or what is wrong with it. */
export type CheckedUrl = { readonly url: string } | { readonly fault: string };

/**
 * An address that secrets may be sent to: https, or http on this machine alone; no user name, query or
 * fragment. Kept without a trailing slash.
 */
export function checkUrl(value: string): CheckedUrl {
  if (!URL.canParse(value)) return { fault: 'is not a URL' };
  const url = new URL(value);
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return { fault: 'is not an https URL' };
  if (url.protocol === 'http:' && !isLoopback(url)) {
    return { fault: 'is plain http to another machine: whoever listens would read the token' };
  }
  if (url.username !== '' || url.password !== '') return { fault: 'holds a user name or password' };
  if (url.search !== '' || url.hash !== '') return { fault: 'holds a query or a fragment' };
  return { url: `${url.origin}${url.pathname}`.replace(/\/+$/u, '') };
}

/** Whether the URL names this machine itself. */
export function isLoopback(url: URL): boolean {
  return /^(?:localhost|.+\.localhost|127(?:\.\d+){3}|\[::1\])$/u.test(url.hostname);
}

/** What is wrong with a database URL; null: its kind and form are known. Never quotes it: it may hold a password. */
export function databaseFault(value: string): string | null {
  const scheme = /^([a-z][a-z\d+.-]*):/iu.exec(value)?.[1]?.toLowerCase();
  if (scheme === 'sqlite' || scheme === 'file') {
    return value.slice(scheme.length + 1).replace(/^\/{2}$/u, '') === '' ? 'names no file' : null;
  }
  if (scheme === 'postgres' || scheme === 'postgresql') {
    // A socket has no host: `postgres://user@/database?host=/run/postgresql`.
    const withHost = value.replace(/^(\w+:\/\/[^/?#]*@)(?=[/?]|$)/u, '$1localhost');
    return /^\w+:\/\//u.test(value) && URL.canParse(withHost) ? null : 'is not a well-formed URL';
  }
  if (scheme === undefined || scheme.length === 1) return 'is a path and not a URL';
  return `is of a kind that Rollkeeper does not know (${scheme}:)`;
}
