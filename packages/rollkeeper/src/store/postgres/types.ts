import { types as known } from 'pg';
import type { CustomTypesConfig } from 'pg';

/**
 * How values come back, for our connections alone: numbers as numbers (ours stay below 2^53), times as ISO 8601 in UTC,
 * the rest as pg has it. Nothing global is changed: the application may use pg as well.
 */
export const types: CustomTypesConfig = {
  getTypeParser: (type: Type, format?: 'text' | 'binary') => {
    const own = format === 'binary' ? undefined : parsers.get(type);
    return own ?? known.getTypeParser(type, format ?? 'text');
  },
};

const { INT8, NUMERIC, TIMESTAMPTZ, JSONB } = known.builtins;
type Type = Parameters<typeof known.getTypeParser>[0];
const time = known.getTypeParser(TIMESTAMPTZ, 'text');

const parsers = new Map<Type, (value: string) => unknown>([
  [INT8, Number],
  [NUMERIC, Number],
  [TIMESTAMPTZ, (value) => iso(time(value))],
  [JSONB, (value) => value],
]);

const iso = (value: unknown): unknown => (value instanceof Date ? value.toISOString() : value);
