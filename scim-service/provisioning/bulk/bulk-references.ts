import { isJsonObject } from '../../scim/json-object.ts';

/** A whole value that stands for the id of what a POST of the same request creates (RFC 7644 section 3.7.2). */
const WHOLE_VALUE = /^bulkId:(.+)$/is;
/** In a URI, as its last segment: `../Users/bulkId:qwerty`. */
const LAST_SEGMENT = /(?<=\/)bulkId:([^/?#]+)$/i;
/** In the filter of a PATCH path: `members[value eq "bulkId:qwerty"]`. */
const QUOTED = /(?<=")bulkId:([^"\\]+)(?=")/gi;

/** @returns what takes the place of `bulkId:<bulkId>` */
export type ResolveBulkId = (bulkId: string) => string;

/** The data with `resolve` asked for each reference; text that only mentions a bulkId, such as a title, stays. */
export function resolveReferences(data: unknown, resolve: ResolveBulkId): unknown {
  if (typeof data === 'string') return data.replace(WHOLE_VALUE, (_, bulkId: string) => resolve(bulkId));
  if (Array.isArray(data)) return data.map((entry: unknown) => resolveReferences(entry, resolve));
  if (!isJsonObject(data)) return data;
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, resolveMember(name.toLowerCase(), value, resolve)]));
}

function resolveMember(name: string, value: unknown, resolve: ResolveBulkId): unknown {
  if (typeof value !== 'string' || WHOLE_VALUE.test(value)) return resolveReferences(value, resolve);
  if (name === '$ref') return value.replace(LAST_SEGMENT, (_, bulkId: string) => resolve(bulkId));
  if (name === 'path') return value.replace(QUOTED, (_, bulkId: string) => resolve(bulkId));
  return value;
}

/** bulkIds that the data refers to, each once. */
export function referencesIn(data: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  resolveReferences(data, (bulkId) => {
    found.add(bulkId);
    return '';
  });
  return found;
}

/** The bulkId that an id in an operation's path stands for, as in `/Groups/bulkId:qwerty`; null when it is a real id. */
export function referenceInId(id: string): string | null {
  return WHOLE_VALUE.exec(id)?.[1] ?? null;
}
