import type { Attribute } from '../../../directory/attribute.ts';
import { groupAttributes, userAttributes } from '../../../directory/attribute.ts';
import { told as asText } from '../columns.ts';
import type { Connection } from '../connection.ts';
import type { Application } from './record.ts';
import { record } from './record.ts';

/** Room for the attributes of one operation between its number and the next one's. */
const stride = 64;

/** One change for each attribute of a person that an update alters. `told`: the attributes that are told. */
export function recordUpdates(
  connection: Connection,
  application: Application,
  told: readonly string[],
): void {
  const own = userAttributes.filter(({ name }) => told.includes(name));
  if (own.length > 0) {
    record(
      connection,
      application,
      differences(own, people, { change: 'updated', stated: enabling }),
    );
  }
  const columns = new Set(userAttributes.map(({ name }) => name));
  const extra = told.filter((name) => !columns.has(name));
  if (extra.length === 0) return;
  record(connection, { ...application, extra: JSON.stringify(extra) }, extraDifferences);
}

/** One change for each attribute of a group that an update alters; `inClosure` is told as one. */
export function recordGroupUpdates(connection: Connection, application: Application): void {
  const inClosure: Attribute = { name: 'inClosure', column: 'in_closure', type: 'boolean' };
  const attributes = [...groupAttributes, inClosure];
  record(connection, application, differences(attributes, groups, { change: 'group_updated' }));
}

const people = `
  rollkeeper_operations o
  JOIN rollkeeper_staged_users s ON s.tenant_id = o.tenant_id AND s.run_id = o.run_id AND s.row = o.row
  JOIN rollkeeper_users k ON k.tenant_id = s.tenant_id AND k.id = s.id
 WHERE o.tenant_id = $tenant AND o.run_id = $run AND o.kind = 'update'`;

const groups = `
  rollkeeper_operations o
  JOIN rollkeeper_staged_groups s ON s.tenant_id = o.tenant_id AND s.run_id = o.run_id AND s.row = o.row
  JOIN rollkeeper_groups k ON k.tenant_id = s.tenant_id AND k.id = s.id
 WHERE o.tenant_id = $tenant AND o.run_id = $run AND o.kind = 'update_group'`;

/** An account that was disabled is told by `deactivate`; here it reads as it was. */
function enabling(attribute: Attribute): string {
  return attribute.column === 'account_enabled'
    ? `CASE WHEN s.account_enabled = 0 THEN ${asText(attribute, 'k')} ELSE ${asText(attribute, 's')} END`
    : asText(attribute, 's');
}

/** Each row of `from` (`s` stated, `k` known) once for each attribute, those that differ. */
function differences(
  attributes: readonly Attribute[],
  from: string,
  {
    change,
    stated = (attribute) => asText(attribute, 's'),
  }: { readonly change: string; readonly stated?: (attribute: Attribute) => string },
): string {
  const list = attributes.map(({ name }, at) => `(${at}, '${name}')`).join(', ');
  const branches = (value: (attribute: Attribute) => string): string =>
    attributes.map((attribute, at) => `WHEN ${at} THEN ${value(attribute)}`).join('\n         ');
  return `
    WITH attributes (position, name) AS (VALUES ${list})
    SELECT d.sequence * ${stride} + a.position AS number, '${change}' AS change, d.id AS subject_id,
           a.name AS attribute, d.old_value, d.new_value
      FROM (
        SELECT o.sequence, s.id, a.position,
               CASE a.position
         ${branches((attribute) => asText(attribute, 'k'))} END AS old_value,
               CASE a.position
         ${branches(stated)} END AS new_value
          FROM attributes a, ${from}
      ) d
      JOIN attributes a ON a.position = d.position
     WHERE d.old_value IS NOT d.new_value
     ORDER BY number`;
}

/** A value of a JSON object as text: a string bare, a list or an object as JSON. */
const member = (of: string): string => `
  CASE json_type(${of}.attributes, '$."' || e.value || '"')
    WHEN 'true' THEN 'true' WHEN 'false' THEN 'false'
    ELSE CAST(${of}.attributes ->> ('$."' || e.value || '"') AS TEXT) END`;

const extraDifferences = `
  SELECT row_number() OVER (ORDER BY sequence, attribute) AS number, 'updated' AS change, id AS subject_id,
         attribute, old_value, new_value
    FROM (SELECT o.sequence, s.id, e.value AS attribute, ${member('k')} AS old_value, ${member('s')} AS new_value
            FROM json_each($extra) e, ${people} AND s.attributes IS NOT k.attributes)
   WHERE old_value IS NOT new_value`;
