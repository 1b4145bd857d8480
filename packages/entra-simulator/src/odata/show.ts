import type { Access } from '../access.ts';
import { requestDenied } from '../graph-error.ts';
import type { Entity, ObjectKind } from '../tenant/directory-object.ts';
import { basicProfile, schemas, typeName, type Property } from './schema.ts';

/** Which properties of which type are shown, and whether each item names its type. */
export interface Showing {
  readonly properties: (kind: ObjectKind) => readonly Property[];
  readonly typed: boolean;
}

/** What may be shown to whom. */
export interface Audience {
  readonly access: Access;
  /** What may not be read comes as nulls; otherwise 403. */
  readonly nulls: boolean;
}

type Shown = Record<string, unknown>;

function isBasic(kind: ObjectKind, property: string): boolean {
  return kind !== 'user' || basicProfile.has(property);
}

/** Whatever was selected, the properties that are shown by default come as nulls; collections, which are never null, empty. */
function limited({ kind, id }: Entity): Shown {
  const shown: Shown = { '@odata.type': typeName(kind), id };
  for (const property of schemas[kind].values()) {
    if (property.shown && property.name !== 'id')
      shown[property.name] = property.collection ? [] : null;
  }
  return shown;
}

/** An object as it stands in an answer. */
export function show(entity: Entity, showing: Showing, audience: Audience): Shown {
  const properties = showing.properties(entity.kind);
  const reading = audience.access.reading(entity.kind);
  if (reading === 'none') {
    if (!audience.nulls) throw requestDenied();
    return limited(entity);
  }
  const shown: Shown = showing.typed ? { '@odata.type': typeName(entity.kind) } : {};
  for (const { name, collection } of properties) {
    if (reading === 'basic' && !isBasic(entity.kind, name)) {
      if (!audience.nulls) throw requestDenied();
      shown[name] = collection ? [] : null;
    } else {
      const value = name === 'id' ? entity.id : entity.read(name);
      shown[name] = value ?? (collection ? [] : null);
    }
  }
  return shown;
}

/** All of an object hidden but its type and id. */
export function showHidden(entity: Entity): Shown {
  return limited(entity);
}
