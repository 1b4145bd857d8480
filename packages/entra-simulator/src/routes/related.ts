import type { Expand } from '../odata/expand.ts';
import { typeName } from '../odata/schema.ts';
import { selectOfAny } from '../odata/select.ts';
import { show } from '../odata/show.ts';
import type { Entity } from '../tenant/directory-object.ts';
import type { MemberKey } from '../tenant/membership.ts';
import type { Tenant } from '../tenant/tenant.ts';
import type { Call } from '../world.ts';

function managerShown(call: Call, expand: Expand): (manager: Entity) => Record<string, unknown> {
  const properties = selectOfAny(expand.select, call.access.holds);
  const audience = { access: call.access, nulls: true };
  return (manager) => ({
    ...show(manager, { properties, typed: true }, audience),
    '@odata.type': typeName(manager.kind),
    id: manager.id,
  });
}

function withManager(
  call: Call,
  expand: Expand,
): (user: Entity, shown: Record<string, unknown>) => unknown {
  const showOne = managerShown(call, expand);
  const chain = (
    user: Entity,
    left: number,
    seen: ReadonlySet<string>,
  ): Record<string, unknown> | undefined => {
    const index = call.tenant.roster.indexOfId(user.id);
    const manager = index === undefined ? undefined : call.tenant.managerOf(index);
    if (manager === undefined) return undefined;
    const shown = showOne(manager);
    if (left <= 1 || manager.kind !== 'user' || seen.has(manager.id)) return shown;
    const above = chain(manager, left - 1, new Set([...seen, manager.id]));
    return above === undefined ? shown : { ...shown, manager: above };
  };
  return (user, shown) => {
    const manager = chain(user, expand.levels, new Set([user.id]));
    if (manager !== undefined) shown['manager'] = manager;
    else if (call.behaviour.absentManager === 'null') shown['manager'] = null;
    return shown;
  };
}

/** Adds what a user's `$expand` brings to what is shown of the user. */
export function withRelated(
  call: Call,
  expand: Expand,
): (user: Entity, shown: Record<string, unknown>) => unknown {
  if (expand.relation === 'manager') return withManager(call, expand);
  const properties = selectOfAny(expand.select, call.access.holds);
  const audience = { access: call.access, nulls: true };
  return (user, shown) => {
    const index = call.tenant.roster.indexOfId(user.id);
    const related = index === undefined ? [] : relatedTo(call.tenant, index, expand.relation);
    shown[expand.relation] = related
      .slice(0, 20)
      .map((one) => show(one, { properties, typed: true }, audience));
    return shown;
  };
}

/** The objects of a relation of a user. */
export function relatedTo(tenant: Tenant, index: number, relation: string): Entity[] {
  const lower = relation.toLowerCase();
  if (lower === 'directreports') return reports(tenant, index);
  return lower === 'memberof' ? groupsHolding(tenant, index) : groupsAround(tenant, index);
}

function reports(tenant: Tenant, index: number): Entity[] {
  return tenant
    .reportsOf(index)
    .filter((report) => tenant.roster.isLive(report))
    .map((report) => tenant.roster.entity(report));
}

function groupsHolding(tenant: Tenant, key: MemberKey): Entity[] {
  return tenant.groupTable.holding(key).map((group) => group.entity());
}

function groupsAround(tenant: Tenant, key: MemberKey): Entity[] {
  const found = new Map<string, Entity>();
  const open: MemberKey[] = [key];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    for (const group of tenant.groupTable.holding(at)) {
      if (found.has(group.id)) continue;
      found.set(group.id, group.entity());
      open.push(group.id);
    }
  }
  return [...found.values()];
}
