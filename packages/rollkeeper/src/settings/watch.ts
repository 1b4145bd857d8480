import { durationForm, readDuration } from './duration.ts';
import type { Settings } from './settings.ts';
import { isLoopback } from './url.ts';
import type { Fault, Source } from './variable.ts';
import { find } from './variable.ts';

type Watch = Pick<Settings, 'staleAfterMs' | 'notifyUrl'>;

/** A day, and time for a run: whoever synchronises daily is not told each day that a success is a day old. */
const dayAndMore = 26 * 60 * 60 * 1000;

/** When and where somebody is told that things are not as they should be. What is wrong is added to the faults. */
export function readWatch(source: Source, faults: Fault[]): Watch {
  return { staleAfterMs: readStaleAfter(source, faults), notifyUrl: readNotifyUrl(source, faults) };
}

function readStaleAfter(source: Source, faults: Fault[]): number | null {
  const found = find(source, 'ROLLKEEPER_STALE_AFTER');
  if (found === null) return dayAndMore;
  if (found.value.toLowerCase() === 'off') return null;
  const ms = readDuration(found.value);
  if (ms !== null) return ms;
  faults.push({
    variable: 'ROLLKEEPER_STALE_AFTER',
    fault: 'is not a duration',
    remedy: `Write ${durationForm}; or off.`,
  });
  return dayAndMore;
}

/** Such addresses are often secrets themselves: neither the fault nor anything else shows it. */
function readNotifyUrl(source: Source, faults: Fault[]): string | null {
  const found = find(source, 'ROLLKEEPER_NOTIFY_URL');
  if (found === null) return null;
  const url = URL.canParse(found.value) ? new URL(found.value) : null;
  const safe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url));
  if (url !== null && safe && url.username === '' && url.password === '') return url.href;
  faults.push({
    variable: 'ROLLKEEPER_NOTIFY_URL',
    fault: 'is not an https URL without user name and password',
    remedy:
      'Give the https address that takes a JSON post; http is for 127.0.0.1 and localhost only.',
  });
  return null;
}
