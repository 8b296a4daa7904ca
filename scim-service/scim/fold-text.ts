import type { AttributeDefinition } from '#common/scim/schema.ts';

/**
 * Text as values of an attribute are compared: as it is when case exact, else without regard to case and to Unicode
 * composition, as stores look up their keys.
 */
export function foldText({ caseExact }: AttributeDefinition, text: string): string {
  // Lower case can take a composition apart or make a new one possible.
  return caseExact ? text : text.normalize('NFC').toLowerCase().normalize('NFC');
}
