import { CronPattern } from 'croner';

import { durationForm, readDuration } from './duration.ts';
import { guid } from './scope.ts';
import type { Administrator, Schedule, Settings } from './settings.ts';
import type { Fault, Source } from './variable.ts';
import { find, listOf } from './variable.ts';

type Pages = Pick<Settings, 'schedule' | 'administrators' | 'taskToken' | 'secretExpires'>;

const quarterHour: Schedule = { kind: 'every', ms: 900_000 };

/** What the pages and the schedule are told. What is wrong is added to the faults. */
export function readPages(source: Source, faults: Fault[]): Pages {
  return {
    schedule: readScheduleSetting(source, faults),
    administrators: readAdministrators(source, faults),
    taskToken: readTaskToken(source, faults),
    secretExpires: readExpiry(source, faults),
  };
}

/** What a schedule looks like, for the remedies of those that are none. */
export const scheduleForm = `${durationForm}; a cron pattern such as */15 * * * *; or off`;

/** The schedule that a text names; null: `off`; undefined: none. A minute is the shortest. */
export function readSchedule(text: string): Schedule | null | undefined {
  if (text.toLowerCase() === 'off') return null;
  const ms = readDuration(text);
  if (ms !== null) return ms < 60_000 ? undefined : { kind: 'every', ms };
  return isPattern(text) ? { kind: 'cron', pattern: text } : undefined;
}

function isPattern(text: string): boolean {
  try {
    return new CronPattern(text).pattern === text;
  } catch {
    return false;
  }
}

function readScheduleSetting(source: Source, faults: Fault[]): Schedule | null {
  const found = find(source, 'ROLLKEEPER_SCHEDULE');
  const schedule = found === null ? quarterHour : readSchedule(found.value);
  if (schedule !== undefined) return schedule;
  faults.push({
    variable: 'ROLLKEEPER_SCHEDULE',
    fault: 'is no schedule, or one with less than a minute between runs',
    remedy: `Write ${scheduleForm}.`,
  });
  return quarterHour;
}

function readAdministrators(source: Source, faults: Fault[]): readonly Administrator[] {
  return listOf(find(source, 'ROLLKEEPER_ADMINISTRATORS')).flatMap((text) => {
    const administrator = readAdministrator(text.toLowerCase());
    if (administrator !== null) return [administrator];
    faults.push({
      variable: 'ROLLKEEPER_ADMINISTRATORS',
      fault: `holds “${text}”, which is neither an object id, a user name nor a group`,
      remedy:
        'Separate by commas: object ids of users, user names such as ada@example.org, or group:<object id>.',
    });
    return [];
  });
}

function readAdministrator(text: string): Administrator | null {
  if (guid.test(text)) return { kind: 'id', id: text };
  const group = /^group:\s*(.+)$/u.exec(text)?.[1];
  if (group !== undefined) return guid.test(group) ? { kind: 'group', id: group } : null;
  return /^[^\s@]+@[^\s@]+$/u.test(text) ? { kind: 'name', userPrincipalName: text } : null;
}

const shortestToken = 24;

function readTaskToken(source: Source, faults: Fault[]): string | null {
  const found = find(source, 'ROLLKEEPER_TASK_TOKEN');
  if (found === null) return null;
  if (found.value.length < shortestToken || !/^[\u0021-\u007e]+$/u.test(found.value)) {
    faults.push({
      variable: 'ROLLKEEPER_TASK_TOKEN',
      fault: `is shorter than ${shortestToken} characters, or holds one that cannot be sent in a header`,
      remedy: 'Make one at random, for example with: openssl rand -hex 32',
    });
  }
  return found.value;
}

function readExpiry(source: Source, faults: Fault[]): string | null {
  const found = find(source, 'MSGRAPH_CLIENT_SECRET_EXPIRES');
  if (found === null) return null;
  const at = /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z)?$/u.test(found.value) ? Date.parse(found.value) : NaN;
  if (!Number.isNaN(at)) return new Date(at).toISOString();
  faults.push({
    variable: 'MSGRAPH_CLIENT_SECRET_EXPIRES',
    fault: 'is not a date',
    remedy: 'Write the day on which the secret runs out, for example 2027-05-31.',
  });
  return null;
}
