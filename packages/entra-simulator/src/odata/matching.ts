import type { Entity } from '../tenant/directory-object.ts';
import type { Filter, Literal } from './filter.ts';
import type { Schema } from './schema.ts';
import { propertyOf } from './select.ts';

/** Whether an object passes. */
export type Matches = (entity: Entity) => boolean;

type Test = (value: unknown) => boolean;

function folded(value: unknown): unknown {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

function equals(value: unknown, literal: Literal): boolean {
  return (folded(value) ?? null) === folded(literal);
}

function compare(op: string, to: Literal): Test {
  const right = folded(to);
  if (op === 'eq') return (value) => equals(value, to);
  if (op === 'ne') return (value) => !equals(value, to);
  return (value) => {
    const left = folded(value);
    const comparable =
      (typeof left === 'string' && typeof right === 'string') ||
      (typeof left === 'number' && typeof right === 'number');
    if (!comparable) return false;
    const order = left < right ? -1 : left > right ? 1 : 0;
    if (op === 'gt') return order > 0;
    if (op === 'ge') return order >= 0;
    return op === 'lt' ? order < 0 : order <= 0;
  };
}

function call(name: string, text: string): Test {
  const wanted = text.toLowerCase();
  return (value) => {
    if (typeof value !== 'string') return false;
    const held = value.toLowerCase();
    if (name === 'startswith') return held.startsWith(wanted);
    return name === 'endswith' ? held.endsWith(wanted) : held.includes(wanted);
  };
}

function field(value: unknown, path: string): unknown {
  const at = path.indexOf('/');
  if (at < 0 || typeof value !== 'object' || value === null) return value;
  return new Map(Object.entries(value)).get(path.slice(at + 1));
}

function holds(path: string, test: Test, schema: Schema): Matches {
  const [root = path] = path.split('/');
  const name = propertyOf(schema, root)?.name ?? root;
  return path === root
    ? (entity) => test(entity.read(name))
    : (entity) => test(field(entity.read(name), path));
}

function withinAny(inner: Filter): Test {
  if (inner.is === 'compare') {
    const test = compare(inner.op, inner.to);
    return (item) => test(field(item, inner.path));
  }
  if (inner.is === 'call') {
    const test = call(inner.name, inner.with);
    return (item) => test(field(item, inner.path));
  }
  return () => false;
}

function everyPart(all: readonly Filter[], schema: Schema): Matches {
  const tests = all.map((part) => matching(part, schema));
  return (entity) => tests.every((test) => test(entity));
}

function somePart(any: readonly Filter[], schema: Schema): Matches {
  const tests = any.map((part) => matching(part, schema));
  return (entity) => tests.some((test) => test(entity));
}

function testOf(filter: Exclude<Filter, { is: 'and' | 'or' | 'not' }>): Test {
  if (filter.is === 'compare') return compare(filter.op, filter.to);
  if (filter.is === 'in') return (value) => filter.among.some((one) => equals(value, one));
  if (filter.is === 'call') return call(filter.name, filter.with);
  const test = withinAny(filter.inner);
  return (value) => Array.isArray(value) && value.some(test);
}

/** Makes a filter into a test of objects of one type. */
export function matching(filter: Filter, schema: Schema): Matches {
  if (filter.is === 'and' || filter.is === 'or') {
    const combine = filter.is === 'and' ? everyPart : somePart;
    return combine(filter.parts, schema);
  }
  if (filter.is === 'not') {
    const test = matching(filter.part, schema);
    return (entity) => !test(entity);
  }
  return holds(filter.path, testOf(filter), schema);
}
