import { findAttribute } from '#common/scim/resolve-path.ts';
import { isJsonObject, memberOf } from '../../json-object.ts';
import type { ValueDialect } from './value-dialect.ts';

/**
 * Entra (mapping AppRoleAssignmentsComplex): `displayName` in a value that has `display`, such as
 * `"roles": [{"value": "Admin", "displayName": "Administrator"}]`.
 */
export const displayNameForDisplay: ValueDialect = (definition, value) => {
  if (!definition.multiValued || !isJsonObject(value)) return value;
  const subAttributes = definition.subAttributes ?? [];
  const displayName = memberOf(value, 'displayName');
  if (displayName === undefined || !findAttribute(subAttributes, 'display') || findAttribute(subAttributes, 'displayName')) return value;
  const others = Object.entries(value).filter(([name]) => name.toLowerCase() !== 'displayname');
  const display = memberOf(value, 'display') ?? displayName;
  return Object.fromEntries([...others.filter(([name]) => name.toLowerCase() !== 'display'), ['display', display]]);
};
