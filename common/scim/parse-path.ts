import type { AttributePath, ValuePath } from './filter-tree.ts';
import { readAttributePath, readSubAttribute } from './read-attribute-path.ts';
import { readValueFilter } from './read-filter.ts';
import { SyntaxCursor } from './syntax-cursor.ts';

/**
 * Parses the path of a PATCH operation (RFC 7644 section 3.5.2) or of a mapping's source, to a frozen tree. In a URN
 * the last colon ends the schema: `urn:…:2.0:User:department` is `department` of `urn:…:2.0:User`.
 *
 * @example parseValuePath('emails[type eq "work"].value')
 * @throws ScimSyntaxError for any text that isn't of the grammar or is over the limits of parseFilter
 */
export function parseValuePath(text: string): ValuePath {
  return parseWhole(text, (cursor) => {
    const start = cursor.position;
    const path = readAttributePath(cursor);
    cursor.skipSpaces();
    if (cursor.peek() !== '[') return Object.freeze({ ...path, filter: null });
    if (path.subAttribute !== null) cursor.fail('a value filter cannot follow a sub-attribute', start);
    const filter = readValueFilter(cursor);
    return Object.freeze({ schema: path.schema, attribute: path.attribute, filter, subAttribute: readSubAttribute(cursor) });
  });
}

/**
 * Parses an attribute's name as `attributes`, `excludedAttributes` and `sortBy` hold it (RFC 7644 section 3.10).
 *
 * @example parseAttributePath('name.givenName')
 * @throws ScimSyntaxError for any text that isn't of the grammar or is over 10,000 characters
 */
export function parseAttributePath(text: string): AttributePath {
  return parseWhole(text, readAttributePath);
}

function parseWhole<T>(text: string, read: (cursor: SyntaxCursor) => T): T {
  const cursor = new SyntaxCursor(text);
  cursor.skipSpaces();
  const result = read(cursor);
  cursor.skipSpaces();
  if (cursor.peek() !== '') cursor.fail('the end of the path is expected');
  return result;
}
