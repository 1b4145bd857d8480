import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Group, OrgContact, User } from '@microsoft/microsoft-graph-types';
import type { DirectoryGroup, DirectoryUser } from '../src/index.ts';
import { signIn } from './client.ts';
import { serve } from './serving.ts';

/** A value as Microsoft types it, but for lists that may not be written to. */
type Frozen<Value> = Value extends readonly (infer Item)[]
  ? readonly Frozen<Item>[]
  : Value extends object
    ? { readonly [Name in keyof Value]: Frozen<Value[Name]> }
    : Value;

/** The names of the properties that Microsoft does not know, or types otherwise; `never` where all is well. */
type Misfits<Ours, Theirs> = {
  [Name in keyof Ours]-?: Name extends keyof Theirs
    ? Ours[Name] extends Frozen<Theirs[Name]> | undefined
      ? never
      : Name
    : Name;
}[keyof Ours];

type WithoutExtensions<Type> = {
  [Name in keyof Type as Name extends `extension_${string}` ? never : Name]: Type[Name];
};

/** Compiles only where nothing is amiss. */
type None<Names extends never> = readonly Names[];

test('users and groups of the tenant have the properties and types that Microsoft gives them', () => {
  const ofUsers: None<Misfits<WithoutExtensions<DirectoryUser>, User>> = [];
  const ofGroups: None<Misfits<DirectoryGroup, Group>> = [];
  assert.deepEqual([...ofUsers, ...ofGroups], []);
});

test('what is written in the words of Microsoft comes back in them', async () => {
  await using simulator = await serve({ users: 20, odd: false });
  const written = {
    displayName: 'Typed Person',
    businessPhones: ['+44 20 0000 0000'],
    employeeHireDate: '2026-01-05T00:00:00Z',
    onPremisesExtensionAttributes: { extensionAttribute1: 'one' },
    assignedLicenses: [{ skuId: simulator.tenant.id, disabledPlans: [] }],
  } satisfies User;
  const { id } = simulator.tenant.createUser(written);
  const contact = { displayName: 'Typed Contact', mail: 'c@adatum.example' } satisfies OrgContact;
  simulator.tenant.setManager(id, simulator.tenant.createContact(contact).id);
  const client = await signIn(simulator);
  const { body } = await client.get(`/users/${id}?$select=${Object.keys(written).join(',')}`);
  const { '@odata.context': _, ...shown } = body;
  assert.deepEqual(shown, written);
});
