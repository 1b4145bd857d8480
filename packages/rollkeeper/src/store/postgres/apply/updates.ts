import type { OperationKind } from '../../../decide/operation.ts';
import type { Attribute } from '../../../directory/attribute.ts';
import { groupAttributes, userAttributes } from '../../../directory/attribute.ts';
import { told as asText } from '../columns.ts';
import type { Session } from '../connection.ts';
import { named } from '../staging.ts';
import type { Application } from './record.ts';
import { record } from './record.ts';

/** Room for the attributes of one operation between its number and the next one's. */
const stride = 64;

/** One change for each attribute of a person that an update alters. `told`: the attributes that are told. */
export async function recordUpdates(
  session: Session,
  application: Application,
  told: readonly string[],
): Promise<void> {
  const own = userAttributes.filter(({ name }) => told.includes(name));
  if (own.length > 0) {
    await record(
      session,
      application,
      differences(own, people, { change: 'updated', stated: enabling }),
    );
  }
  const columns = new Set(userAttributes.map(({ name }) => name));
  const extra = told.filter((name) => !columns.has(name));
  if (extra.length === 0) return;
  await record(session, { ...application, extra: JSON.stringify(extra) }, extraDifferences);
}

/** One change for each attribute of a group that an update alters; `inClosure` is told as one. */
export async function recordGroupUpdates(
  session: Session,
  application: Application,
): Promise<void> {
  const inClosure: Attribute = { name: 'inClosure', column: 'in_closure', type: 'boolean' };
  const attributes = [...groupAttributes, inClosure];
  await record(session, application, differences(attributes, groups, { change: 'group_updated' }));
}

/** The staged row `s` that an operation names, and our row `k`. */
const updated = (what: 'users' | 'groups', kind: OperationKind): string => `
       ${named(`rollkeeper_staged_${what}`, kind)}
       JOIN rollkeeper_${what} k ON k.tenant_id = s.tenant_id AND k.id = s.id`;

const people = updated('users', 'update');
const groups = updated('groups', 'update_group');

/** An account that was disabled is told by `deactivate`; here it reads as it was. */
function enabling(attribute: Attribute): string {
  return attribute.column === 'account_enabled'
    ? `CASE WHEN s.account_enabled IS FALSE THEN ${asText(attribute, 'k')} ELSE ${asText(attribute, 's')} END`
    : asText(attribute, 's');
}

/** Each row of `from` once for each attribute that differs between what is stated and what is known. */
function differences(
  attributes: readonly Attribute[],
  from: string,
  {
    change,
    stated = (attribute) => asText(attribute, 's'),
  }: { readonly change: string; readonly stated?: (attribute: Attribute) => string },
): string {
  const values = attributes.map(
    (attribute, at) =>
      `(${at}, '${attribute.name}', ${asText(attribute, 'k')}, ${stated(attribute)})`,
  );
  return `
    SELECT s.sequence * ${stride} + a.position AS number, '${change}' AS change, s.id AS subject_id,
           a.name AS attribute, a.old_value, a.new_value
      FROM ${from}
      CROSS JOIN LATERAL (VALUES ${values.join(',\n             ')}) AS a (position, name, old_value, new_value)
     WHERE a.old_value IS DISTINCT FROM a.new_value`;
}

/** A value of a JSON object as text: a string bare, a list or an object as JSON. */
const member = (of: string): string => `${of}.attributes::json ->> e.name`;

const extraDifferences = `
  SELECT row_number() OVER (ORDER BY s.sequence, e.name) AS number, 'updated' AS change, s.id AS subject_id,
         e.name AS attribute, ${member('k')} AS old_value, ${member('s')} AS new_value
    FROM ${people}
   CROSS JOIN json_array_elements_text($extra::json) AS e (name)
   WHERE s.attributes IS DISTINCT FROM k.attributes
     AND ${member('k')} IS DISTINCT FROM ${member('s')}`;
