import assert from 'node:assert/strict';
import { test } from 'node:test';
import { literal, query, segment } from '../../src/graph/odata.ts';

test('quotes in a literal are doubled', () => {
  assert.equal(literal("O'Neil"), "'O''Neil'");
  assert.equal(literal(''), "''");
});

test('a query is encoded, its names and grammar stay readable, and what is undefined is left out', () => {
  const url = query('/groups', {
    $filter: `displayName eq ${literal('R&D 50% #1 + ü')}`,
    $select: 'id,displayName',
    $expand: 'manager($select=id)',
    $top: 999,
    $count: true,
    $search: undefined,
  });
  assert.equal(
    url,
    "/groups?$filter=displayName%20eq%20'R%26D%2050%25%20%231%20%2B%20%C3%BC'&$select=id,displayName&$expand=manager($select=id)&$top=999&$count=true",
  );
  const read = new URL(url, 'https://graph.microsoft.com').searchParams.get('$filter');
  assert.equal(read, "displayName eq 'R&D 50% #1 + ü'");
});

test('a path without parameters stays as it is, and a segment cannot leave its place', () => {
  assert.equal(query('/users', {}), '/users');
  assert.equal(segment('a/b?c#EXT#@x'), 'a%2Fb%3Fc%23EXT%23%40x');
});
