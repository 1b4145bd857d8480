import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Simulator } from '../src/index.ts';
import { advanced, signIn, type Client, type Got, type Item } from './client.ts';
import { serve } from './serving.ts';

/** A tenant that these tests only read. */
let simulator: Simulator;
let client: Client;
let everyone: readonly Item[];

before(async () => {
  simulator = await serve({ users: 300 });
  client = await signIn(simulator);
  const names =
    'id,displayName,givenName,surname,userPrincipalName,mail,department,createdDateTime';
  everyone = (await client.all(`/users?$select=${names}&$top=999`)).items;
});

after(async () => await simulator.close());

async function filtered(filter: string, more = '', headers = {}): Promise<Got> {
  return await client.get(`/users?$filter=${encodeURIComponent(filter)}&$top=999${more}`, headers);
}

const byAdvanced = async (filter: string) => await filtered(filter, '&$count=true', advanced);

function idsOf({ body }: Got): readonly string[] {
  return (body.value ?? []).map(({ id }) => id).toSorted();
}

function idsWhere(holds: (user: Item) => boolean): readonly string[] {
  return everyone
    .filter(holds)
    .map(({ id }) => id)
    .toSorted();
}

function textOf(user: Item, name: string): string {
  const value = user[name];
  return typeof value === 'string' ? value.toLowerCase() : '';
}

function refused(got: Got, status: number, code: string, message?: string): void {
  assert.equal(got.status, status, got.text);
  assert.equal(got.body.error?.code, code);
  if (message !== undefined) assert.equal(got.body.error.message, message);
  const inner = Object(got.body.error.innerError);
  assert.match(inner.date, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/, 'a date without an offset');
  assert.equal(inner['request-id'], got.headers.get('request-id'));
}

describe('filters that need nothing more', () => {
  const plain: readonly (readonly [filter: string, holds: (user: Item) => boolean])[] = [
    ["startsWith(displayName,'a')", (user) => textOf(user, 'displayName').startsWith('a')],
    [
      "startswith(userPrincipalName,'b')",
      (user) => textOf(user, 'userPrincipalName').startsWith('b'),
    ],
    [
      "department in ('Finance','Legal')",
      (user) => /^(?:finance|legal)$/.test(textOf(user, 'department')),
    ],
    [
      "startswith(givenName,'a') and startswith(surname,'b')",
      (user) =>
        textOf(user, 'givenName').startsWith('a') && textOf(user, 'surname').startsWith('b'),
    ],
    [
      "(startswith(surname,'a') or startswith(surname,'b'))",
      (user) => /^[ab]/.test(textOf(user, 'surname')),
    ],
    [
      'createdDateTime ge 2015-01-01T00:00:00Z',
      (user) => textOf(user, 'createdDateTime') >= '2015',
    ],
    ["displayName ge 'x'", (user) => textOf(user, 'displayName') >= 'x'],
  ];
  for (const [filter, holds] of plain) {
    test(`${filter} gives exactly those it holds for`, async () => {
      const expected = idsWhere(holds);
      assert.deepEqual(idsOf(await filtered(filter)), expected);
    });
  }

  test('eq does not mind the case of letters', async () => {
    const [one] = everyone;
    const name = textOf(one ?? { id: '' }, 'userPrincipalName').toUpperCase();
    assert.deepEqual(idsOf(await filtered(`userPrincipalName eq '${name}'`)), [one?.id]);
  });

  test('an apostrophe is doubled, and the filter percent-encoded', async () => {
    const { quotes = '' } = simulator.tenant.oddities;
    const { displayName = '' } = simulator.tenant.user(quotes) ?? {};
    const written = String(displayName).replaceAll("'", "''");
    assert.deepEqual(idsOf(await filtered(`displayName eq '${written}'`)), [quotes]);
    const undoubled = await filtered(`displayName eq '${String(displayName)}'`);
    refused(undoubled, 400, 'BadRequest');
  });

  test('a text with ampersand, plus and hash arrives whole', async () => {
    const { html = '', formulaPlus = '', guest = '' } = simulator.tenant.oddities;
    for (const id of [html, formulaPlus]) {
      const { displayName } = simulator.tenant.user(id) ?? {};
      assert.deepEqual(idsOf(await filtered(`displayName eq '${String(displayName)}'`)), [id]);
    }
    const { userPrincipalName = '' } = simulator.tenant.user(guest) ?? {};
    assert.match(userPrincipalName, /#EXT#/);
    assert.deepEqual(idsOf(await filtered(`userPrincipalName eq '${userPrincipalName}'`)), [guest]);
  });

  test('an unescaped ampersand ends the filter, which is then refused', async () => {
    refused(await client.get("/users?$filter=displayName eq 'a&b'"), 400, 'BadRequest');
  });

  test('fifteen alternatives are looked up at once, sixteen are too many', async () => {
    const ids = everyone.slice(0, 16).map(({ id }) => id);
    const either = (some: readonly string[]) => some.map((id) => `id eq '${id}'`).join(' or ');
    const among = (some: readonly string[]) => `id in (${some.map((id) => `'${id}'`).join(',')})`;
    for (const filter of [either, among]) {
      assert.deepEqual(idsOf(await filtered(filter(ids.slice(1)))), ids.slice(1).toSorted());
      refused(await filtered(filter(ids)), 400, 'Request_UnsupportedQuery');
    }
  });

  test('a value for eq is 120 characters at most', async () => {
    const { status } = await filtered(`displayName eq '${'n'.repeat(120)}'`);
    assert.equal(status, 200);
    refused(await filtered(`displayName eq '${'n'.repeat(121)}'`), 400, 'Request_BadRequest');
  });
});

describe('filters that need the advanced query', () => {
  const needing: readonly (readonly [filter: string, holds: (user: Item) => boolean])[] = [
    [
      "endsWith(mail,'larkfield.example')",
      (user) => textOf(user, 'mail').endsWith('larkfield.example'),
    ],
    [
      "endswith(userPrincipalName,'@larkfield.example')",
      (user) => textOf(user, 'userPrincipalName').endsWith('@larkfield.example'),
    ],
    ["department ne 'Finance'", (user) => textOf(user, 'department') !== 'finance'],
    ["not(startsWith(displayName,'a'))", (user) => !textOf(user, 'displayName').startsWith('a')],
    ["not startsWith(displayName,'a')", (user) => !textOf(user, 'displayName').startsWith('a')],
    ['mail eq null', (user) => user['mail'] === null],
    ["userPrincipalName ge 'm'", (user) => textOf(user, 'userPrincipalName') >= 'm'],
  ];
  for (const [filter, holds] of needing) {
    test(`${filter} is refused without it, and with the header or the count alone`, async () => {
      const expected = idsWhere(holds);
      assert.ok(expected.length > 0);
      const got = await byAdvanced(filter);
      assert.deepEqual(idsOf(got), expected);
      assert.equal(got.body['@odata.count'], expected.length);
      for (const [more, headers] of [
        ['', {}],
        ['&$count=true', {}],
        ['', advanced],
      ] as const) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other is easier to read
        const without: Got = await filtered(filter, more, headers);
        refused(without, 400, 'Request_UnsupportedQuery', 'Unsupported Query.');
      }
    });
  }

  test('endsWith is for addresses only', async () => {
    refused(await byAdvanced("endsWith(displayName,'a')"), 400, 'Request_UnsupportedQuery');
  });

  test('contains is never supported', async () => {
    refused(await byAdvanced("contains(displayName,'a')"), 400, 'Request_UnsupportedQuery');
  });

  test('a property that is not indexed is refused either way', async () => {
    const message = 'The request uses a filter property that is not indexed';
    for (const got of [await filtered("id ge '3'"), await byAdvanced("id ge '3'")]) {
      refused(got, 400, 'Request_UnsupportedQuery', message);
    }
  });

  test('the URL of an advanced query is 2,048 characters at most', async () => {
    const many = Array.from(
      { length: 15 },
      (_, at) => `displayName eq '${String(at % 10).repeat(110)}'`,
    );
    refused(await byAdvanced(many.join(' or ')), 400, 'Request_UnsupportedQuery');
  });

  test('$expand does not go with the advanced query', async () => {
    const got = await client.get('/users?$expand=manager&$count=true', advanced);
    refused(got, 400, 'Request_UnsupportedQuery');
  });
});

describe('filters that are none', () => {
  for (const filter of [
    'displayName',
    "displayName is 'x'",
    "displayName eq 'x",
    "displayName eq 'x')",
    "displayname2 eq 'x'",
    'startsWith(displayName)',
    '',
  ]) {
    test(`“${filter}” is refused`, async () => {
      refused(await filtered(filter), 400, 'BadRequest');
    });
  }
});

describe('$count', () => {
  test('the segment needs the header and answers with a number as text', async () => {
    refused(
      await client.get('/users/$count'),
      400,
      'Request_BadRequest',
      '$count is not currently supported.',
    );
    const got = await client.get('/users/$count', advanced);
    assert.equal(got.text, String(everyone.length));
    assert.match(got.headers.get('content-type') ?? '', /^text\/plain/);
  });

  test('the segment counts what a filter holds for', async () => {
    const filter = encodeURIComponent("startsWith(displayName,'a')");
    const { text } = await client.get(`/users/$count?$filter=${filter}`, advanced);
    const expected = idsWhere((user) => textOf(user, 'displayName').startsWith('a'));
    assert.equal(text, String(expected.length));
  });

  test('the option is silently ignored without the header, and stands on the first page only with it', async () => {
    const without = await client.get('/users?$count=true');
    assert.equal(without.status, 200);
    assert.equal('@odata.count' in without.body, false);
    const { pages } = await client.all('/users?$count=true&$top=100&$select=id', advanced);
    const counts = pages.map(({ body }) => body['@odata.count']);
    assert.deepEqual(counts, [everyone.length, undefined, undefined]);
  });

  test('members, groups and deleted items are counted too', async () => {
    const { group = '' } = simulator.tenant.oddities;
    const ids = simulator.tenant.transitiveUserIds(group);
    const count = async (path: string) => Number((await client.get(path, advanced)).text);
    assert.equal(
      await count(`/groups/${group}/transitiveMembers/microsoft.graph.user/$count`),
      ids.size,
    );
    const shown = (await client.all(`/groups/${group}/members?$top=999&$select=id`)).items;
    assert.equal(await count(`/groups/${group}/members/$count`), shown.length);
    assert.equal(await count('/groups/$count'), [...simulator.tenant.groups()].length);
    assert.equal(await count('/directory/deletedItems/microsoft.graph.user/$count'), 1);
  });
});

describe('$search and $orderby', () => {
  test('$search needs the header', async () => {
    const search = '/users?$search="displayName:a"&$select=id,displayName&$top=999';
    refused(
      await client.get(search),
      400,
      'Request_UnsupportedQuery',
      "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'",
    );
    const { body } = await client.get(search, advanced);
    assert.ok((body.value ?? []).length > 0);
    for (const user of body.value ?? []) assert.match(textOf(user, 'displayName'), /a/);
  });

  test('$orderby sorts by the name alone, and with a filter in the advanced query only', async () => {
    const names = ({ body }: Got) => (body.value ?? []).map((user) => textOf(user, 'displayName'));
    const sorted = names(await client.get('/users?$orderby=displayName&$top=999'));
    assert.deepEqual(sorted, sorted.toSorted());
    const backwards = names(await client.get('/users?$orderby=displayName desc&$top=999'));
    assert.deepEqual(backwards, sorted.toReversed());
    refused(
      await filtered("startsWith(displayName,'a')", '&$orderby=displayName'),
      400,
      'Request_UnsupportedQuery',
      'Sorting not supported for current query.',
    );
    const both = await filtered(
      "startsWith(displayName,'a')",
      '&$orderby=displayName&$count=true',
      advanced,
    );
    assert.equal(both.status, 200);
  });
});

describe('$select', () => {
  test('shows what was asked for, in any case of letters', async () => {
    const { body } = await client.get('/users?$top=1&$select=ID,displayname,Department');
    assert.deepEqual(Object.keys(body.value?.[0] ?? {}), ['id', 'displayName', 'department']);
  });

  test('an unknown property is named', async () => {
    refused(
      await client.get('/users?$select=id,shoeSize'),
      400,
      'BadRequest',
      "Parsing OData Select and Expand failed: Could not find a property named 'shoeSize' on type 'microsoft.graph.user'.",
    );
  });

  test('what is not available from a collection is not implemented there', async () => {
    for (const name of ['aboutMe', 'skills', 'mailboxSettings', 'hireDate']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other is easier to read
      const got: Got = await client.get(`/users?$select=${name}`);
      refused(got, 501, 'NotImplemented', 'This operation target is not yet supported.');
    }
    const [one] = everyone;
    assert.equal((await client.get(`/users/${one?.id ?? ''}?$select=aboutMe`)).status, 200);
  });

  test('what needs a further permission refuses the whole request', async () => {
    for (const name of ['signInActivity', 'employeeLeaveDateTime', 'customSecurityAttributes']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other is easier to read
      const got: Got = await client.get(`/users?$select=id,${name}`);
      refused(got, 403, 'Authorization_RequestDenied');
    }
  });
});

describe('$expand', () => {
  const ofUsers = async (expand: string, headers = {}) =>
    await client.get(`/users?$top=5&$select=id&$expand=${expand}`, headers);

  test('of more than one relation, of an unknown one, and of all managers above on a list is refused', async () => {
    refused(await ofUsers('manager,directReports'), 400, 'Request_BadRequest');
    refused(
      await ofUsers('photo'),
      400,
      'ExpandNotSupported',
      "Expand is not allowed for property 'photo' according to the entity schema.",
    );
    refused(
      await ofUsers('manager($levels=max;$select=id)', advanced),
      400,
      'Request_UnsupportedQuery',
      "Transitive manager's list is only supported on a single user, send the $expand request on /users/{id} endpoint",
    );
  });

  test('shows 20 members of a group at most, service principals among them, and no next link', async () => {
    const { group = '' } = simulator.tenant.oddities;
    const { body } = await client.get(`/groups/${group}?$select=id&$expand=members($select=id)`);
    const shown: unknown = body['members'];
    assert.equal(Array.isArray(shown) && shown.length, 20);
    assert.equal('members@odata.nextLink' in body, false);
  });

  test('shows every manager above one user, with the header', async () => {
    const { managerOutside = '' } = simulator.tenant.oddities;
    const path = `/users/${managerOutside}?$select=id&$expand=manager($levels=max;$select=id)`;
    refused(await client.get(path), 400, 'Request_UnsupportedQuery');
    const { body } = await client.get(`${path}&$count=true`, advanced);
    const above = Object(body['manager']);
    assert.equal(
      above.id,
      simulator.tenant.managerOf(simulator.tenant.roster.find(managerOutside) ?? -1)?.id,
    );
    assert.ok(Object(above.manager).id);
  });
});

describe('$top, $skip and options that are none', () => {
  const sizeOf = async (query: string) => (await client.get(`/users?${query}`)).body.value?.length;

  test('a page holds what is asked for, up to 999', async () => {
    assert.equal(await sizeOf('$top=1'), 1);
    assert.equal(await sizeOf('$top=999'), everyone.length);
    for (const top of ['0', '-1', 'many']) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other is easier to read
      refused(await client.get(`/users?$top=${top}`), 400, 'Request_BadRequest');
    }
  });

  test('more than 999 is cut, ignored or refused, whichever is asked of the simulator', async () => {
    await using other = await serve({ users: 1100, odd: false });
    const asking = await signIn(other);
    const ask = async () => await asking.get('/users?$select=id&$top=1500');
    assert.equal((await ask()).body.value?.length, 999);
    other.behaviour.topTooLarge = 'ignore';
    assert.equal((await ask()).body.value?.length, 100);
    other.behaviour.topTooLarge = 'error';
    refused(await ask(), 400, 'Request_BadRequest');
  });

  test('$skip is refused, as is what is no option, or one given twice', async () => {
    refused(await client.get('/users?$skip=5'), 400, 'Request_BadRequest');
    refused(await client.get('/users?$apply=aggregate'), 400, 'BadRequest');
    refused(await client.get('/users?$top=5&$top=6'), 400, 'BadRequest');
    assert.equal((await client.get('/users?$top=1&trace=me')).status, 200);
  });

  test('a list that shows sign-in activity has 500 to a page', async () => {
    await using other = await serve({
      users: 600,
      odd: false,
      permissions: ['User.Read.All', 'AuditLog.Read.All'],
    });
    const asking = await signIn(other);
    const { body } = await asking.get('/users?$select=id,signInActivity&$top=999');
    assert.equal(body.value?.length, 500);
  });
});

describe('next links', () => {
  test('are whole, opaque, under the same root, and end', async () => {
    const { pages } = await client.all('/users?$select=id&$top=100');
    for (const { body } of pages.slice(0, -1)) {
      const link = new URL(body['@odata.nextLink'] ?? '');
      assert.equal(link.origin, simulator.url);
      assert.equal(link.searchParams.get('$select'), 'id');
      assert.match(link.searchParams.get('$skiptoken') ?? '', /^[\w-]{40,}$/);
    }
    assert.equal('@odata.nextLink' in (pages.at(-1)?.body ?? {}), false);
  });

  test('do not carry the header on: an advanced query that is not asked for again is refused', async () => {
    const first = await client.get(
      "/users?$filter=endsWith(mail,'example')&$count=true&$top=5",
      advanced,
    );
    const link = first.body['@odata.nextLink'] ?? '';
    refused(await client.get(link), 400, 'Request_UnsupportedQuery');
    assert.equal((await client.get(link, advanced)).status, 200);
  });

  test('that were tampered with or belong to another list are refused', async () => {
    const { body } = await client.get('/users?$top=5');
    const link = body['@odata.nextLink'] ?? '';
    refused(await client.get(`${link}x`), 400, 'Request_BadRequest');
    refused(await client.get(link.replace('/users', '/groups')), 400, 'Request_BadRequest');
  });

  test('run out where that is asked of the simulator', async () => {
    let now = Date.now();
    await using other = await serve({
      users: 50,
      now: () => now,
      behaviour: { pageTokenSeconds: 60 },
    });
    const asking = await signIn(other);
    const { body } = await asking.get('/users?$top=5');
    now += 61_000;
    refused(await asking.get(body['@odata.nextLink'] ?? ''), 400, 'Directory_ExpiredPageToken');
  });

  test('lead over empty pages where that is asked of the simulator', async () => {
    await using other = await serve({ users: 50, odd: false, behaviour: { emptyPages: true } });
    const { pages, items } = await (await signIn(other)).all('/users?$select=id&$top=10');
    assert.ok(pages.some(({ body }) => body.value?.length === 0 && '@odata.nextLink' in body));
    assert.equal(new Set(items.map(({ id }) => id)).size, 50);
  });
});
