/**
 * How long a `Retry-After` asks to wait, in milliseconds, not below 0; null: it says nothing that can be understood.
 * Graph gives seconds, at times with a fraction; HTTP allows a date, which is measured against the answer's own
 * `Date` where it has one, because the two machines' clocks may differ. `now` is in milliseconds since 1970.
 */
export function retryAfterMs(
  retryAfter: string | null,
  date: string | null,
  now: number,
): number | null {
  const value = retryAfter?.trim() ?? '';
  if (/^\d+(?:\.\d*)?$|^\.\d+$/u.test(value)) return Math.ceil(Number(value) * 1000);
  const until = httpDate(value);
  if (until === null) return null;
  return Math.max(0, until - (httpDate(date ?? '') ?? now));
}

function httpDate(text: string): number | null {
  const isDate = /^[a-z]{3,9},? .*\d{2}:\d{2}:\d{2}/iu.test(text);
  const at = isDate ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? null : at;
}
