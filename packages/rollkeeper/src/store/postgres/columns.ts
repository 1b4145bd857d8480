import type { Attribute } from '../../directory/attribute.ts';
import { groupAttributes, userAttributes } from '../../directory/attribute.ts';

/** `user_principal_name, display_name, …` of a user, in the order of `userAttributes`; with `of`, `s.user_principal_name, …`. */
export const userColumns = (of?: string): string => list(userAttributes, of);
export const groupColumns = (of?: string): string => list(groupAttributes, of);

/** `s.a IS DISTINCT FROM u.a OR s.b IS DISTINCT FROM u.b …` */
export const anyDiffers = (attributes: readonly Attribute[], left: string, right: string): string =>
  attributes
    .map(({ column }) => `${left}.${column} IS DISTINCT FROM ${right}.${column}`)
    .join('\n        OR ');

/** An attribute's value as the change feed tells it: text, `true` or `false`, or null. */
export const told = ({ column, type }: Attribute, of: string): string =>
  type === 'boolean'
    ? `CASE ${of}.${column} WHEN true THEN 'true' WHEN false THEN 'false' END`
    : `${of}.${column}`;

function list(attributes: readonly Attribute[], of: string | undefined): string {
  const prefix = of === undefined ? '' : `${of}.`;
  return attributes.map(({ column }) => `${prefix}${column}`).join(', ');
}
