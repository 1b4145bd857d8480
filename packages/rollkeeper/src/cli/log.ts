import { pino } from 'pino';

import type { Logger } from '../observe/logger.ts';
import type { LogLevel } from '../settings/settings.ts';

/** Lines of JSON on standard error, at this level and above. */
export function openLog(level: LogLevel): Logger {
  const destination = pino.destination({ dest: 2, sync: true });
  return pino({ name: 'rollkeeper', level, timestamp: pino.stdTimeFunctions.isoTime }, destination);
}
