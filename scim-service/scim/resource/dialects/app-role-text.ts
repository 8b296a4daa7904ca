import { isJsonObject, memberOf, type JsonObject } from '../../json-object.ts';
import type { ValueDialect } from './value-dialect.ts';

/** A role has an id, a name, a description and the like; longer text is no role. */
const MAX_LENGTH = 10_000;

/**
 * Entra (mapping AppRoleAssignmentsComplex): a whole role as JSON text inside `value`, such as
 * `{"value": "{\"id\":\"…\",\"value\":\"Admin\",\"displayName\":\"Administrator\"}"}` for
 * `{"value": "Admin", "display": "Administrator"}`.
 */
export const appRoleText: ValueDialect = (definition, value) => {
  if (definition.name !== 'roles' || !isJsonObject(value)) return value;
  const text = memberOf(value, 'value');
  const role = typeof text === 'string' ? parseRole(text) : null;
  if (role === null) return value;
  const display = memberOf(value, 'display') ?? memberOf(role, 'displayName') ?? memberOf(role, 'display');
  const others = Object.entries(value).filter(([name]) => !['value', 'display'].includes(name.toLowerCase()));
  return Object.fromEntries([...others, ['value', memberOf(role, 'value')], ['display', display]]);
};

function parseRole(text: string): JsonObject | null {
  if (!text.trimStart().startsWith('{') || text.length > MAX_LENGTH) return null;
  try {
    const role: unknown = JSON.parse(text);
    return isJsonObject(role) && typeof memberOf(role, 'value') === 'string' ? role : null;
  } catch {
    // A role's name may begin with a brace.
    return null;
  }
}
