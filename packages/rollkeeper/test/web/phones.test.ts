import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { holdsPhones, namesPhones, withoutPhonesIn } from '../../src/web/phones.ts';

describe('phone numbers', () => {
  test('are known by the name of what holds them', () => {
    for (const name of [
      'mobilePhone',
      'businessPhones',
      'faxNumber',
      'homePhone',
      'otherMobile',
      'ipPhone',
      'pager',
      'telephoneNumber',
      'extension_0d1c2b3a00004000800000000000000b_workTel',
      'cellNumber',
    ]) {
      assert.equal(namesPhones(name), true, name);
    }
    for (const name of ['hotelName', 'cancelled', 'employeeId', 'city', 'extensionAttribute1']) {
      assert.equal(namesPhones(name), false, name);
    }
  });

  test('are known by their form, whatever holds them', () => {
    const held = {
      badge: '+39 055 123 4567',
      note: 'desk 12, tel:+390551234567',
      homePhone: '0551234567',
      nested: { mobile: '1', city: 'Rome', list: ['+1 (555) 010-0199', 'kept'] },
      employeeType: 'staff',
      since: '2026-01-01T00:00:00+01:00',
      hours: 37.5,
      none: null,
    };
    assert.deepEqual(withoutPhonesIn(held), {
      nested: { city: 'Rome', list: ['kept'] },
      employeeType: 'staff',
      since: '2026-01-01T00:00:00+01:00',
      hours: 37.5,
      none: null,
    });
  });

  test('are known in what the history tells', () => {
    assert.equal(holdsPhones('{"extensionAttribute1":"+39 055 123 4567"}'), true);
    assert.equal(holdsPhones('{"homePhone":"055123"}'), true);
    assert.equal(holdsPhones('{"extensionAttribute1":"staff"}'), false);
    assert.equal(holdsPhones('staff'), false);
    assert.equal(holdsPhones(null), false);
  });
});
