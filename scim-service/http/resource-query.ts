import { DEFAULT_PAGE_SIZE, type UserQuery } from '../provisioning/find-users.ts';
import { ScimError } from '../scim/scim-error.ts';
import type { AppContext } from './app-context.ts';

export interface Projection {
  readonly attributes?: readonly string[];
  readonly excludedAttributes?: readonly string[];
}

/**
 * Query of a list. Parameters that are not known are ignored: Entra's flag `aadOptscim062020` is one.
 * @throws ScimError 400 invalidValue
 */
export function readListQuery(c: AppContext): UserQuery {
  return {
    filter: presentQuery(c, 'filter'),
    startIndex: readInteger(c, 'startIndex') ?? 1,
    count: readInteger(c, 'count') ?? DEFAULT_PAGE_SIZE,
  };
}

/** `attributes` and `excludedAttributes` (RFC 7644 section 3.9). */
export function readProjection(c: AppContext): Projection {
  const attributes = readNames(c, 'attributes');
  const excludedAttributes = readNames(c, 'excludedAttributes');
  return { ...(attributes === null ? {} : { attributes }), ...(excludedAttributes === null ? {} : { excludedAttributes }) };
}

function readNames(c: AppContext, name: string): readonly string[] | null {
  const text = presentQuery(c, name);
  if (text === null) return null;
  return text
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

function readInteger(c: AppContext, name: string): number | null {
  const text = presentQuery(c, name);
  if (text === null) return null;
  const number = Number(text);
  if (/^[+-]?[0-9]+$/.test(text) && Number.isSafeInteger(number)) return number;
  throw ScimError.invalidValue(`${name} is ${JSON.stringify(text.slice(0, 40))}; write a whole number`);
}

function presentQuery(c: AppContext, name: string): string | null {
  const text = c.req.query(name)?.trim();
  return text === undefined || text === '' ? null : text;
}
