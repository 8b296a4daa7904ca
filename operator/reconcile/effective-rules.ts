import type { ScimTenantSpec, SpecMappingRule } from '../api/scim-tenant-spec.ts';
import { PRESETS } from './presets/presets.ts';

/** A rule with the place in `spec` that messages name. */
export interface PlacedRule {
  readonly rule: SpecMappingRule;
  readonly place: string;
}

/**
 * The rules of the preset, then those of `attributeMapping`. A rule of the preset gives way to a written one for the same
 * field, for a field around it and for a field within it.
 */
export function effectiveRules({ preset, attributeMapping }: Pick<ScimTenantSpec, 'preset' | 'attributeMapping'>): readonly PlacedRule[] {
  const written = attributeMapping.map((rule, index) => ({ rule, place: `attributeMapping[${index}]` }));
  if (preset === undefined) return written;
  const usual = PRESETS[preset]
    .filter(({ target }) => !attributeMapping.some((rule) => overlaps(rule.target, target)))
    .map((rule) => ({ rule: { required: false, transform: 'none' as const, ...rule }, place: `preset ${preset}` }));
  return [...usual, ...written];
}

function overlaps(left: string, right: string): boolean {
  return left === right || left.startsWith(`${right}.`) || right.startsWith(`${left}.`);
}
