import type { AttributePath } from './filter-tree.ts';
import type { SyntaxCursor } from './syntax-cursor.ts';

/** ATTRNAME of RFC 7644 figure 1, and `$ref`. */
const ATTRIBUTE_NAME = /^\$?[A-Za-z][A-Za-z0-9_-]*$/;
/** A URI with a scheme. */
const SCHEMA_URI = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s"()[\]]+$/;

/** Reads `userName`, `name.givenName` or `urn:…:2.0:User:name.givenName`. */
export function readAttributePath(cursor: SyntaxCursor): AttributePath {
  const start = cursor.position;
  const word = cursor.word();
  if (word === '') cursor.fail('an attribute name is expected', start);
  // Attribute names hold no colon, so the last one ends the schema, and the dots before it are the schema's own (2.0).
  const colon = word.lastIndexOf(':');
  const schema = colon === -1 ? null : word.slice(0, colon);
  if (schema !== null && !SCHEMA_URI.test(schema)) {
    cursor.fail('in front of the last colon a schema URN is expected, such as urn:ietf:params:scim:schemas:core:2.0:User', start);
  }
  const names = word.slice(colon + 1);
  const dot = names.indexOf('.');
  const attributeEnd = dot === -1 ? names.length : dot;
  const attribute = checkedName(cursor, names.slice(0, attributeEnd), start + colon + 1);
  const subAttribute = dot === -1 ? null : checkedName(cursor, names.slice(dot + 1), start + colon + 1 + dot + 1);
  return Object.freeze({ schema, attribute, subAttribute });
}

/** Reads `.value` behind the bracket that closes a value path; null when no dot is next. */
export function readSubAttribute(cursor: SyntaxCursor): string | null {
  if (!cursor.take('.')) return null;
  const start = cursor.position;
  return checkedName(cursor, cursor.word(), start);
}

function checkedName(cursor: SyntaxCursor, name: string, position: number): string {
  if (ATTRIBUTE_NAME.test(name)) return name;
  return cursor.fail('an attribute name is expected: a letter, then letters, digits, "-" or "_"', position);
}
