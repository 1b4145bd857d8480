import { userAttributes } from '../../directory/attribute.ts';
import { userColumns, userRow } from '../../export/columns.ts';
import { csvBody } from '../../export/csv.ts';
import type { PeopleQuery } from '../../store/search.ts';
import type { PersonRow } from '../../store/store.ts';
import type { Viewer } from '../principal.ts';
import { sees } from '../shown.ts';
import type { Rows } from '../tenant.ts';

/** Rows read at once: pages of others are read in between. */
const pageSize = 500;

const beside = ['status', 'statusSince', 'deletedReason'];

/** Everyone whom a table shows, on all its pages, as a file. Columns that the viewer may not see are not there. */
export function peopleCsv(rows: Rows, query: PeopleQuery, viewer: Viewer): Response {
  const columns = [...userColumns, ...beside];
  const seen = columns.map((column) => sees(viewer, column));
  const only = <Cell>(all: readonly Cell[]): readonly Cell[] => all.filter((_, at) => seen[at]);
  const body = csvBody(only(columns), cells(rows, query, only));
  return new Response(body, {
    headers: {
      'Content-Type': 'text/csv; charset=utf-8',
      'Content-Disposition': 'attachment; filename="people.csv"',
    },
  });
}

async function* cells(
  { store, tenantId }: Rows,
  query: PeopleQuery,
  only: (all: readonly (string | null)[]) => readonly (string | null)[],
): AsyncGenerator<readonly (string | null)[]> {
  let cursor: string | null = null;
  do {
    const page = await store.searchPeople(tenantId, query, { cursor, limit: pageSize });
    for (const person of page.items) yield only(row(person));
    cursor = page.next;
  } while (cursor !== null);
}

function row(person: PersonRow): readonly (string | null)[] {
  const { id, values, supervisorId, supervisorUserPrincipalName: userPrincipalName } = person;
  const manager = supervisorId === null ? null : { id: supervisorId, userPrincipalName };
  return [
    ...userRow({ id, values: values.slice(0, userAttributes.length) }, manager),
    person.status,
    person.statusSince,
    person.deletedReason,
  ];
}
