import { badRequest, unparsable, unsupportedQuery } from '../graph-error.ts';
import type { Behaviour } from '../options.ts';
import type { Filter, Literal } from './filter.ts';
import type { Schema } from './schema.ts';
import { propertyOf } from './select.ts';

/** How many expressions an `in` or a chain of `or` holds at most. */
const mostExpressions = 15;
/** The longest text that `eq` compares with by default. */
const longestText = 120;
const endsWithOn = new Set(['mail', 'othermails', 'userprincipalname', 'proxyaddresses']);
const ordered = new Set(['createddatetime', 'employeehiredate', 'displayname']);

/** What a filter is judged by. */
export interface FilterRules {
  readonly schema: Schema;
  readonly type: string;
  readonly advanced: boolean;
  readonly eventual: boolean;
  readonly behaviour: Behaviour;
}

function tooMany(count: number): void {
  if (count > mostExpressions) {
    throw unsupportedQuery(
      `Too many child clauses specified in search filter expression containing 'OR' operators: ${count}. Max allowed: ${mostExpressions}.`,
    );
  }
}

function needAdvanced(rules: FilterRules): void {
  if (!rules.advanced) throw unsupportedQuery();
}

function judgeLength(text: Literal, { advanced }: FilterRules): void {
  if (advanced || typeof text !== 'string' || text.length <= longestText) return;
  throw badRequest(`The value of a filter clause is longer than ${longestText} characters.`);
}

function judgePath(path: string, rules: FilterRules): string {
  const [root = path] = path.split('/');
  const property = propertyOf(rules.schema, root);
  if (property === undefined) {
    throw unparsable(
      `Invalid filter clause: Could not find a property named '${root}' on type '${rules.type}'.`,
    );
  }
  if (property.filter === 'none') {
    throw unsupportedQuery('The request uses a filter property that is not indexed');
  }
  if (property.filter === 'advanced') needAdvanced(rules);
  return root.toLowerCase();
}

function judgeComparison(filter: Extract<Filter, { is: 'compare' }>, rules: FilterRules): void {
  const name = judgePath(filter.path, rules);
  const { op } = filter;
  if (op === 'eq') {
    if (filter.to === null) needAdvanced(rules);
    judgeLength(filter.to, rules);
    return;
  }
  if (op === 'ne') return needAdvanced(rules);
  if (name === 'id') {
    throw unsupportedQuery('The request uses a filter property that is not indexed');
  }
  if (rules.advanced || ordered.has(name) || op === 'le') return;
  if (name === 'userprincipalname' && op === 'ge' && rules.behaviour.geUpn === 'ok') return;
  throw unsupportedQuery();
}

function judgeCall(filter: Extract<Filter, { is: 'call' }>, rules: FilterRules): void {
  const name = judgePath(filter.path, rules);
  if (filter.name === 'contains') throw unsupportedQuery();
  if (filter.name === 'startswith') {
    if (name === 'userprincipalname' && rules.behaviour.startsWithUpn === 'refused') {
      needAdvanced(rules);
    }
    return;
  }
  if (!endsWithOn.has(name)) throw unsupportedQuery();
  needAdvanced(rules);
}

function judgeOr({ parts }: Extract<Filter, { is: 'or' }>, rules: FilterRules): void {
  tooMany(parts.length);
  const begins = parts.some((part) => part.is === 'call' && part.name === 'startswith');
  if (begins && rules.behaviour.orOfStartsWith === 'refused') needAdvanced(rules);
}

/** Refuses what Graph refuses: properties not indexed, operators that need the advanced query, too many ids. */
export function judgeFilter(filter: Filter, rules: FilterRules): void {
  switch (filter.is) {
    case 'and':
    case 'or':
      if (filter.is === 'or') judgeOr(filter, rules);
      for (const part of filter.parts) judgeFilter(part, rules);
      return;
    case 'not':
      needAdvanced(rules);
      judgeFilter(filter.part, rules);
      return;
    case 'compare':
      judgeComparison(filter, rules);
      return;
    case 'in':
      if (judgePath(filter.path, rules) === 'id' && rules.behaviour.idIn === 'refused') {
        throw unsupportedQuery();
      }
      tooMany(filter.among.length);
      return;
    case 'call':
      judgeCall(filter, rules);
      return;
    case 'any':
      judgePath(filter.path, rules);
  }
}
