import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import { story as signingIn, write } from './signing-in.ts';
import type { Story } from './signing-in.ts';

const minutes = (count: number): string => new Date(Date.now() - count * 60_000).toISOString();

/** Somebody has signed in as an administrator. */
async function signedIn(t: TestContext, listed: 'id' | 'name' | 'group'): Promise<Story> {
  const told = await signingIn(t, (who, { groupId }) =>
    listed === 'id' ? who.id : listed === 'name' ? who.userPrincipalName : `group:${groupId}`,
  );
  const { entra, groupId, who } = told;
  if (listed === 'group' && !entra.tenant.transitiveUserIds(groupId).has(who.id)) {
    entra.tenant.addMember(groupId, who.id);
  }
  assert.equal((await told.back(await told.begun())).status, 303);
  assert.equal((await told.visit('/')).status, 200);
  return told;
}

/** The session was opened so many minutes ago, and its person seen just now. */
const opened = ({ databaseFile }: Story, ago: number): void =>
  write(databaseFile, `UPDATE rollkeeper_sessions SET opened_at = '${minutes(ago)}'`);

/** Takes somebody out of the group of administrators and of every group in it. */
function leave({ entra, groupId, who }: Story): void {
  for (const group of entra.tenant.groups()) {
    if (entra.tenant.members(group.id).some(({ id }) => id === who.id)) {
      entra.tenant.removeMember(group.id, who.id);
    }
  }
  assert.equal(entra.tenant.transitiveUserIds(groupId).has(who.id), false);
}

const silent = ({ entra }: Story): void =>
  void entra.faults.add({
    match: { path: /\/(?:users|groups)\// },
    times: Number.POSITIVE_INFINITY,
    status: 503,
  });

describe('a session is asked about again', () => {
  test('and ends within a quarter of an hour of leaving the group of administrators', async (t) => {
    const told = await signedIn(t, 'group');
    leave(told);
    assert.equal((await told.visit('/')).status, 200);
    opened(told, 16);
    const heard = await told.visit('/');
    assert.equal(heard.status, 303);
    assert.match(heard.headers.location ?? '', /\/sign-in$/u);
    assert.equal(told.sessions(), 0);
  });

  test('and goes on for whoever is still in the group, asked once for all the pages that follow', async (t) => {
    const told = await signedIn(t, 'group');
    opened(told, 16);
    const before = told.entra.requests.count;
    assert.equal((await told.visit('/')).status, 200);
    const asked = told.entra.requests.count;
    assert.ok(asked > before);
    assert.equal((await told.visit('/people')).status, 200);
    assert.equal(told.entra.requests.count, asked);
  });

  test('and ends where the listed user name is not theirs any more', async (t) => {
    const told = await signedIn(t, 'name');
    opened(told, 16);
    assert.equal((await told.visit('/')).status, 200);
    const renamed = await signedIn(t, 'name');
    renamed.entra.tenant.updateUser(renamed.who.id, { userPrincipalName: 'other@example.org' });
    opened(renamed, 16);
    assert.equal((await renamed.visit('/')).status, 303);
  });

  test('and ends where the account was disabled or deleted, even of whoever is listed by object id', async (t) => {
    const disabled = await signedIn(t, 'id');
    disabled.entra.tenant.updateUser(disabled.who.id, { accountEnabled: false });
    opened(disabled, 16);
    assert.equal((await disabled.visit('/')).status, 303);
    const deleted = await signedIn(t, 'id');
    deleted.entra.tenant.deleteUser(deleted.who.id);
    opened(deleted, 16);
    assert.equal((await deleted.visit('/')).status, 303);
  });

  test('and, while Graph cannot be asked, goes on for an hour; longer only where the object id is listed', async (t) => {
    const told = await signedIn(t, 'group');
    silent(told);
    opened(told, 16);
    assert.equal((await told.visit('/')).status, 200);
    const { count } = told.entra.requests;
    assert.equal((await told.visit('/runs')).status, 200);
    assert.equal(told.entra.requests.count, count, 'it is not asked again at once');
    opened(told, 61);
    assert.equal((await told.visit('/')).status, 303);
    const byId = await signedIn(t, 'id');
    silent(byId);
    opened(byId, 61);
    assert.equal((await byId.visit('/')).status, 200);
    assert.equal(byId.sessions(), 1);
  });
});
