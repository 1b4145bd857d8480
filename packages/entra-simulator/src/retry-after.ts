import type { Behaviour } from './options.ts';

/** The Retry-After of a 429 that brings none of its own, in the form asked for: so many seconds, or a little more. */
export function retryAfter(
  form: Behaviour['retryAfter'],
  now: number,
  seconds = 1,
): Record<string, string> {
  const forms: Record<typeof form, Record<string, string>> = {
    seconds: { 'Retry-After': String(seconds) },
    fraction: { 'Retry-After': `${seconds}.128` },
    // A date has no fraction: a second more, so that no less than asked for is waited.
    date: { 'Retry-After': new Date(now + (seconds + 1) * 1000).toUTCString() },
    none: {},
  };
  return forms[form];
}
