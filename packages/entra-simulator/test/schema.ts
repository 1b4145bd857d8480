import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { parse } from 'yaml';
import type { Told } from '../src/index.ts';
import { sharedFile } from './shared.ts';

/** The name of the file that describes the answers. */
export const schemaFile = 'graph-openapi-subset.yaml';

/** What was wrong with the answers that an observer was told of. */
export interface Watch {
  readonly onAnswer: (told: Told) => void;
  /** How many answers were held against a schema. */
  readonly held: number;
  /** Fails with all that was wrong, if something was. */
  end(): void;
}

interface Route {
  readonly pattern: RegExp;
  readonly schema: string;
}

/** Described nowhere in the file by a path of their own, and of the same shapes. */
const alike: readonly (readonly [string, string])[] = [
  ['/users/{id}/directReports', 'microsoft.graph.directoryObjectCollectionResponse'],
  ['/groups/{id}/memberOf', 'microsoft.graph.directoryObjectCollectionResponse'],
  ['/groups/{id}/members/microsoft.graph.group', 'microsoft.graph.groupCollectionResponse'],
  [
    '/groups/{id}/transitiveMembers/microsoft.graph.group',
    'microsoft.graph.groupCollectionResponse',
  ],
  ['/users/{id}/memberOf/microsoft.graph.group', 'microsoft.graph.groupCollectionResponse'],
  ['/{tenant}/oauth2/v2.0/token', 'x.tokenResponse'],
];

const problem = 'microsoft.graph.ODataErrors.ODataError';

type Json = Readonly<Record<string, unknown>>;

function record(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}

function patternOf(path: string): RegExp {
  const text = path.replaceAll(/[.$()]/g, String.raw`\$&`).replaceAll(/\{[^}]+\}/g, '[^/]+');
  return new RegExp(`^${text}$`, 'i');
}

function referred(responses: Json): string | undefined {
  const ok = record(responses['200']);
  const schema = record(record(record(ok['content'])['application/json'])['schema']);
  return typeof schema['$ref'] === 'string' ? schema['$ref'].split('/').at(-1) : undefined;
}

/** Paths without a placeholder come first: `/users/delta` is not a user. */
function routesOf(document: Json): readonly Route[] {
  const described = Object.entries(record(document['paths'])).flatMap(([path, item]) => {
    const verbs = Object.values(record(item)).map((verb) => record(record(verb)['responses']));
    const schema = verbs.map(referred).find((name) => name !== undefined);
    return schema === undefined ? [] : [[path, schema] as const];
  });
  return [...described, ...alike]
    .toSorted(([one], [other]) => one.split('{').length - other.split('{').length)
    .map(([path, schema]) => ({ pattern: patternOf(path), schema }));
}

class Schemas {
  readonly #ajv = new Ajv({ strict: false, allErrors: true });
  readonly #compiled = new Map<string, ValidateFunction>();
  readonly #document: Json;
  readonly #routes: readonly Route[];

  constructor(text: string) {
    formats.default(this.#ajv);
    this.#document = record(parse(text));
    this.#routes = routesOf(this.#document);
    this.#ajv.addSchema(this.#document, 'graph');
  }

  route(path: string): string | undefined {
    const plain = path.replace(/\/+$/, '').replaceAll(/\('([^']*)'\)/g, '/$1');
    return this.#routes.find(({ pattern }) => pattern.test(plain))?.schema;
  }

  has(name: string): boolean {
    return Object.hasOwn(record(record(this.#document['components'])['schemas']), name);
  }

  /** What is wrong with a value, or nothing. */
  faults(name: string, value: unknown): readonly string[] {
    const validate = this.#compiled.get(name) ?? this.#compile(name);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message }) => `${name}${instancePath} ${message ?? 'is wrong'}`,
    );
  }

  #compile(name: string): ValidateFunction {
    const validate = this.#ajv.compile({ $ref: `graph#/components/schemas/${name}` });
    this.#compiled.set(name, validate);
    return validate;
  }
}

let loaded: Schemas | undefined;

/** Read and compiled once a process, and only where there is something to hold against it. */
function schemas(): Schemas | undefined {
  if (loaded !== undefined) return loaded;
  const file = sharedFile(schemaFile);
  if (file !== undefined) loaded = new Schemas(readFileSync(file, 'utf8'));
  return loaded;
}

/** Limited information, where a permission is missing: a type and an id, the rest null. */
function isLimited(item: Json): boolean {
  const { '@odata.type': type, id: _, ...rest } = item;
  return type !== undefined && Object.values(rest).every((value) => value === null);
}

function typedFaults(known: Schemas, item: unknown): readonly string[] {
  const fields = record(item);
  const type = fields['@odata.type'];
  if (typeof type !== 'string' || isLimited(fields)) return [];
  const name = type.replace('#', '');
  return known.has(name) ? known.faults(name, fields) : [];
}

function faultsOf(known: Schemas, { by, path, answer }: Told): readonly string[] | undefined {
  const { status, body } = answer;
  // What else the login answers is pages for a browser.
  if (by === 'login' && !path.endsWith('/token')) return undefined;
  if (status >= 400) return known.faults(by === 'login' ? 'x.tokenError' : problem, body);
  if (path.endsWith('/$count')) return /^\d+$/.test(String(body)) ? [] : ['a count is no number'];
  const schema = known.route(path);
  if (schema === undefined) return undefined;
  const items = record(body)['value'];
  return [
    ...known.faults(schema, body),
    ...(Array.isArray(items) ? items : [body]).flatMap((item) => typedFaults(known, item)),
  ];
}

/** Watches the answers of one simulator. Without the file it sees nothing, which a test says aloud. */
export function watching(): Watch {
  const wrong: string[] = [];
  let held = 0;
  return {
    get held() {
      return held;
    },
    onAnswer(told) {
      const known = schemas();
      const faults = known === undefined ? undefined : faultsOf(known, told);
      if (faults === undefined) return;
      held += 1;
      const { method, url } = told.asked;
      wrong.push(...faults.map((fault) => `${method} ${url} → ${told.answer.status}: ${fault}`));
    },
    end() {
      if (wrong.length === 0) return;
      throw new Error(
        `The simulator's answers do not hold to the schema:\n${[...new Set(wrong)].join('\n')}`,
      );
    },
  };
}
