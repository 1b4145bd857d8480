import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { TestContext } from 'node:test';

import type { AccessStore } from './access.ts';

const at = '2026-11-01T10:00:00.000Z';
const later = '2026-11-01T10:30:00.000Z';
const expiresAt = '2026-11-01T12:00:00.000Z';
const longAgo = '2026-11-01T00:00:00.000Z';
const begun = { subject: 'ada', name: 'Ada', openedAt: at, expiresAt } as const;
const ticket = {
  idHash: 't',
  purpose: 'consent',
  holderHash: 'h',
  payload: '{}',
  expiresAt,
} as const;

/** What every store must keep of the promises in `access.ts`. */
export function accessContract(open: (context: TestContext) => Promise<AccessStore>): void {
  describe('what the pages keep', () => {
    test('a session is found by its hash, and noted as seen', async (t) => {
      const store = await open(t);
      await store.openSession({ ...begun, idHash: 's' });
      const first = await store.session('s', { at: later, idleSince: longAgo });
      assert.deepEqual(first, { ...begun, seenAt: at });
      const second = await store.session('s', { at: later, idleSince: later });
      assert.deepEqual(second, { ...begun, seenAt: later });
      assert.equal(await store.session('x', { at: later, idleSince: longAgo }), null);
    });

    test('a session ends when it has expired, when it was idle, and when it is closed', async (t) => {
      const store = await open(t);
      for (const idHash of ['a', 'b', 'c']) await store.openSession({ ...begun, idHash });
      assert.equal(await store.session('a', { at: expiresAt, idleSince: longAgo }), null);
      assert.equal(await store.session('a', { at: later, idleSince: later }), null);
      await store.closeSession('b');
      await store.closeSession('b');
      assert.equal(await store.session('b', { at, idleSince: longAgo }), null);
      assert.notEqual(await store.session('c', { at, idleSince: longAgo }), null);
    });

    test('every session of somebody is closed at once, and nobody else’s', async (t) => {
      const store = await open(t);
      for (const idHash of ['a', 'b']) await store.openSession({ ...begun, idHash });
      await store.openSession({ ...begun, idHash: 'c', subject: 'other', name: null });
      assert.equal(await store.closeSessions('ada'), 2);
      assert.equal(await store.session('a', { at, idleSince: longAgo }), null);
      const other = await store.session('c', { at, idleSince: longAgo });
      assert.equal(other?.name, null);
    });

    test('a ticket is redeemed once', async (t) => {
      const store = await open(t);
      await store.issueTicket(ticket, at);
      const both = await Promise.all([
        store.redeemTicket(ticket, at),
        store.redeemTicket(ticket, at),
      ]);
      assert.deepEqual(new Set(both), new Set(['{}', null]));
    });

    test('a ticket is for its holder, its purpose and its time', async (t) => {
      const store = await open(t);
      await store.issueTicket(ticket, at);
      assert.equal(await store.redeemTicket({ ...ticket, holderHash: 'x' }, at), null);
      assert.equal(await store.redeemTicket({ ...ticket, purpose: 'sign-in' }, at), null);
      assert.equal(await store.redeemTicket({ ...ticket, idHash: 'x' }, at), null);
      assert.equal(await store.redeemTicket(ticket, expiresAt), null);
      assert.equal(await store.redeemTicket(ticket, later), '{}');
    });

    test('consent is kept by application, the last one', async (t) => {
      const store = await open(t);
      assert.equal(await store.consentOf('app'), null);
      await store.keepConsent('app', { tenantId: 'one', at });
      await store.keepConsent('app', { tenantId: 'two', at: later });
      assert.deepEqual(await store.consentOf('app'), { tenantId: 'two', at: later });
      assert.equal(await store.consentOf('other'), null);
    });
  });
}
