import { GraphError, requestDenied, unparsable } from '../graph-error.ts';
import { schemas, type Property, type Schema } from './schema.ts';
import type { ObjectKind } from '../tenant/directory-object.ts';

/** Whether the application holds a permission. */
export type Holds = (permission: string) => boolean;

const extension = /^extension_[0-9a-f]{32}_\w+$/i;

function extensionProperty(name: string): Property {
  return {
    name,
    shown: false,
    collection: false,
    filter: 'default',
    singleOnly: false,
    needs: undefined,
  };
}

/** A property of a type by its name in any case, directory extensions included. */
export function propertyOf(schema: Schema, name: string): Property | undefined {
  const found = schema.get(name.toLowerCase());
  return found ?? (extension.test(name) ? extensionProperty(name) : undefined);
}

function unknownProperty(name: string, type: string): GraphError {
  return unparsable(
    `Parsing OData Select and Expand failed: Could not find a property named '${name}' on type '${type}'.`,
  );
}

function judge(property: Property, single: boolean, holds: Holds): void {
  if (property.singleOnly && !single) {
    throw new GraphError(501, 'NotImplemented', 'This operation target is not yet supported.');
  }
  if (property.needs !== undefined && !holds(property.needs)) throw requestDenied();
}

/** The properties to show of one type: the default set, or those selected, `id` kept where it was not asked for. */
export function selectOf(
  kind: ObjectKind,
  select: readonly string[] | undefined,
  single: boolean,
  holds: Holds,
): readonly Property[] {
  const schema = schemas[kind];
  if (select === undefined || select.length === 0) {
    return [...schema.values()].filter((property) => property.shown);
  }
  const chosen = new Map<string, Property>();
  for (const name of select) {
    if (name === '*') return [...schema.values()].filter((property) => property.shown);
    const property = propertyOf(schema, name.split('/')[0] ?? name);
    if (property === undefined) throw unknownProperty(name, `microsoft.graph.${kind}`);
    judge(property, single, holds);
    chosen.set(property.name, property);
  }
  return [...chosen.values()];
}

/** The same for a mixed collection: a name is known when any of the types has it, and left out of the others. */
export function selectOfAny(
  select: readonly string[] | undefined,
  holds: Holds,
): (kind: ObjectKind) => readonly Property[] {
  const byKind = new Map<ObjectKind, readonly Property[]>();
  for (const name of select ?? []) {
    const owners = Object.values(schemas).filter(
      (schema) => propertyOf(schema, name) !== undefined,
    );
    if (owners.length === 0) throw unknownProperty(name, 'microsoft.graph.directoryObject');
  }
  return (kind) => {
    const known = byKind.get(kind);
    if (known !== undefined) return known;
    const names = select?.filter((name) => propertyOf(schemas[kind], name) !== undefined);
    const properties = names?.length === 0 ? [] : selectOf(kind, names, false, holds);
    byKind.set(kind, properties);
    return properties;
  };
}
