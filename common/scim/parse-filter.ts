import type { FilterNode } from './filter-tree.ts';
import { readFilter } from './read-filter.ts';
import { SyntaxCursor } from './syntax-cursor.ts';

/**
 * Parses a filter of RFC 7644 section 3.4.2.2 to a frozen tree. Names and operators may be in any case (names keep
 * theirs), strings are JSON strings, an unquoted value that is no JSON literal is taken as a string, and operands of
 * `and` in an `and`, or of `or` in an `or`, are merged.
 *
 * @example parseFilter('emails[type eq "work"].value eq "x"') // the tree of emails[type eq "work" and value eq "x"]
 * @throws ScimSyntaxError for any text that isn't of the grammar, is over 10,000 characters or nested over 50 deep
 */
export function parseFilter(text: string): FilterNode {
  const cursor = new SyntaxCursor(text);
  const filter = readFilter(cursor, 'top');
  cursor.skipSpaces();
  if (cursor.peek() !== '') cursor.fail('"and", "or" or the end is expected');
  return filter;
}
