import { badRequest, GraphError, unparsable, unsupportedQuery } from '../graph-error.ts';
import type { Behaviour } from '../options.ts';
import type { Query } from './query.ts';

/** An `$expand` of one relation. */
export interface Expand {
  readonly relation: string;
  readonly select: readonly string[] | undefined;
  readonly levels: number;
}

const shape = /^(\w+)(?:\((.*)\))?$/s;

function levelsOf(text: string): number {
  if (text === 'max') return 1000;
  const levels = Number(text);
  if (!Number.isInteger(levels) || levels < 1 || levels > 1000) {
    throw unparsable(`'${text}' is not a valid value for $levels.`);
  }
  return levels;
}

/** Reads an `$expand`; one relation only, as the directory allows. */
export function parseExpand(text: string): Expand {
  const found = shape.exec(text.trim());
  if (found === null) {
    if (text.includes(',')) throw badRequest('Only one relationship can be expanded in a request.');
    throw unparsable(`Parsing OData Select and Expand failed: '${text}'.`);
  }
  const [, relation = '', inside] = found;
  let select: string[] | undefined;
  let levels = 1;
  for (const option of inside?.split(';') ?? []) {
    const [name, value = ''] = option.trim().split('=');
    if (name === '$select') select = value.split(',').map((one) => one.trim());
    else if (name === '$levels') levels = levelsOf(value);
    else throw unparsable(`Parsing OData Select and Expand failed: '${option}'.`);
  }
  return { relation, select, levels };
}

/** The expand of a list of users, or `undefined` where it has no effect; refused as Graph refuses. */
export function expandOfUsers(
  query: Query,
  behaviour: Behaviour,
  single: boolean,
): Expand | undefined {
  if (query.expand === undefined) return undefined;
  const expand = parseExpand(query.expand);
  if (!['manager', 'directReports', 'memberOf'].includes(expand.relation)) {
    throw new GraphError(
      400,
      'ExpandNotSupported',
      `Expand is not allowed for property '${expand.relation}' according to the entity schema.`,
    );
  }
  if (expand.levels > 1 && !single) {
    throw unsupportedQuery(
      "Transitive manager's list is only supported on a single user, send the $expand request on /users/{id} endpoint",
    );
  }
  if (expand.levels > 1 && !query.eventual) throw unsupportedQuery();
  if (single || expand.relation !== 'manager') return expand;
  if (query.advanced) throw unsupportedQuery('$expand is not supported with advanced queries.');
  const kinds = [
    behaviour.expandManager,
    expand.select === undefined ? 'ok' : behaviour.expandManagerSelect,
  ];
  if (kinds.includes('refused')) throw unsupportedQuery();
  return kinds.includes('silent') ? undefined : expand;
}
