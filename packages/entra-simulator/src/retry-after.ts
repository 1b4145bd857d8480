import type { Behaviour } from './options.ts';

/** The Retry-After of a 429 that brings none of its own, in the form asked for: one second or two. */
export function retryAfter(form: Behaviour['retryAfter'], now: number): Record<string, string> {
  const forms: Record<typeof form, Record<string, string>> = {
    seconds: { 'Retry-After': '1' },
    fraction: { 'Retry-After': '1.128' },
    date: { 'Retry-After': new Date(now + 2000).toUTCString() },
    none: {},
  };
  return forms[form];
}
