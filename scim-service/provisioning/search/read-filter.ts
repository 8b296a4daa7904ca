import type { FilterNode } from '#common/scim/filter-tree.ts';
import { parseFilter } from '#common/scim/parse-filter.ts';
import { ScimSyntaxError } from '#common/scim/scim-syntax-error.ts';
import { ScimError } from '../../scim/scim-error.ts';

/** @throws ScimError 400 invalidFilter with the place that can't be read */
export function readFilter(text: string): FilterNode {
  try {
    return parseFilter(text);
  } catch (error) {
    if (!(error instanceof ScimSyntaxError)) throw error;
    throw new ScimError(400, 'invalidFilter', `filter can't be read: ${error.message}`, {
      cause: error,
      summary: "filter can't be read",
    });
  }
}
