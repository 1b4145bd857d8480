import type { SimulatorOptions } from '../options.ts';
import { departments } from './names.ts';
import { addOddities } from './oddities.ts';
import { People } from './people.ts';
import { Tenant } from './tenant.ts';

const domain = 'larkfield.example';

function groupToSynchronise(
  tenant: Tenant,
  name: string,
  members: number,
  nested: boolean,
): string {
  const at = (share: number) => Math.floor(members * share);
  if (!nested) {
    return tenant.createGroup({ displayName: name }, [{ from: 0, to: members, step: 1 }]).id;
  }
  const top = tenant.createGroup({ displayName: name }, [{ from: 0, to: at(0.6), step: 1 }]);
  const north = tenant.createGroup({ displayName: `${name} north` }, [
    { from: at(0.55), to: at(0.75), step: 1 },
  ]);
  const south = tenant.createGroup({ displayName: `${name} south` }, [
    { from: at(0.75), to: at(0.9), step: 1 },
  ]);
  const field = tenant.createGroup({ displayName: `${name} south, in the field` }, [
    { from: at(0.9), to: members, step: 1 },
  ]);
  tenant.addMember(top.id, north.id);
  tenant.addMember(top.id, south.id);
  tenant.addMember(south.id, field.id);
  tenant.addMember(field.id, south.id);
  Object.assign(tenant.oddities, {
    groupCycleA: south.id,
    groupCycleB: field.id,
    nestedGroup: north.id,
  });
  const others = [
    tenant.createDevice({
      displayName: 'KIOSK-01',
      operatingSystem: 'Linux',
      accountEnabled: true,
    }),
    tenant.createDevice({
      displayName: 'KIOSK-02',
      operatingSystem: 'Windows',
      accountEnabled: true,
    }),
    tenant.createServicePrincipal({ displayName: 'Badge printer', appId: tenant.id }),
    tenant.createContact({ displayName: 'Iris Supplier', mail: 'iris@adatum.example' }),
  ];
  for (const { id } of others) tenant.addMember(top.id, id);
  return top.id;
}

function everydayGroups(tenant: Tenant, users: number): void {
  tenant.createGroup(
    {
      displayName: 'All Larkfield',
      description: 'Everyone',
      groupTypes: ['Unified', 'DynamicMembership'],
      mailEnabled: true,
      securityEnabled: false,
      mail: `all@${domain}`,
      visibility: 'Public',
      membershipRule: 'user.accountEnabled -eq true',
      membershipRuleProcessingState: 'On',
    },
    [{ from: 0, to: users, step: 1 }],
  );
  departments.forEach(([name], at) => {
    const stretches = [{ from: at, to: users, step: departments.length * 7 }];
    tenant.createGroup({ displayName: `${name} volunteers` }, stretches);
  });
}

/** Generates a tenant: the same options give the same tenant, however large, at once. */
export function generateTenant(options: SimulatorOptions): Tenant {
  const users = options.users ?? 1000;
  const members = Math.min(options.members ?? Math.floor(users * 0.8), users);
  const seed = options.seed ?? 1;
  const name = options.groupName ?? 'kbuk';
  const tenant = new Tenant(
    seed,
    new People(seed, users, domain),
    ['Larkfield', domain, 'larkfield.onmicrosoft.example'],
    options.now ?? Date.now,
  );
  const groupId = groupToSynchronise(tenant, name, members, options.nested ?? true);
  tenant.oddities['group'] = groupId;
  if (options.odd ?? true) addOddities(tenant, groupId, members);
  everydayGroups(tenant, users);
  tenant.start();
  return tenant;
}
