const unit: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** What a duration looks like, for the remedies of those that are none. */
export const durationForm = 'a number and a unit: 90s, 15m, 4h, 30d or 2w';

/** Milliseconds of a duration such as `15m` or `30d` (units s, m, h, d, w); null where the text is none, or nothing. */
export function readDuration(text: string): number | null {
  const [, number = '', letter = ''] = /^(\d+(?:\.\d+)?)\s*([smhdw])$/iu.exec(text.trim()) ?? [];
  const ms = Number(number) * (unit[letter.toLowerCase()] ?? Number.NaN);
  return Number.isFinite(ms) && ms > 0 ? Math.round(ms) : null;
}
