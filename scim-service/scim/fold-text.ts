import type { AttributeDefinition } from '#common/scim/schema.ts';
import { foldCase } from './fold-case.ts';

/**
 * Text as values of an attribute are compared: as it is when case exact, else without regard to case and to Unicode
 * composition, as stores look up their keys.
 */
export function foldText({ caseExact }: AttributeDefinition, text: string): string {
  return caseExact ? text : foldCase(text);
}
