import { isJsonObject, type JsonObject } from '../../scim/json-object.ts';
import { referencesIn } from './bulk-references.ts';

export interface SplitData {
  /** What a resource can be created with. */
  readonly now: JsonObject;
  /** What is added to it afterwards, of the same shape; null when nothing is. */
  readonly later: JsonObject | null;
}

/**
 * Takes out of a resource what refers to resources that don't exist yet: entries of lists one by one (members of a group),
 * other attributes whole (a manager), those of an extension each for itself.
 * @param isOpen whether a bulkId's resource doesn't exist yet
 */
export function splitCircular(data: JsonObject, isOpen: (bulkId: string) => boolean): SplitData {
  const refersToOpen = (value: unknown): boolean => [...referencesIn(value)].some(isOpen);
  const now: [string, unknown][] = [];
  const later: [string, unknown][] = [];
  for (const [name, value] of Object.entries(data)) {
    if (!refersToOpen(value)) {
      now.push([name, value]);
    } else if (Array.isArray(value)) {
      const entries = Object.groupBy(value as unknown[], (entry) => (refersToOpen(entry) ? 'later' : 'now'));
      if (entries.now !== undefined) now.push([name, entries.now]);
      later.push([name, entries.later]);
    } else if (isJsonObject(value) && /^urn:/i.test(name)) {
      const extension = splitCircular(value, isOpen);
      if (Object.keys(extension.now).length > 0) now.push([name, extension.now]);
      later.push([name, extension.later]);
    } else {
      later.push([name, value]);
    }
  }
  return { now: Object.fromEntries(now), later: later.length === 0 ? null : Object.fromEntries(later) };
}
