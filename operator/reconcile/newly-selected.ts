import { projectionRevision, sourcesOf, type MappingRule, type TenantConfig } from '#common/tenant-config.ts';
import { MOST_ARRIVING_ATTRIBUTES } from '../api/scim-tenant-status.ts';

/**
 * Sources that a mapping takes and the one before it did not, sorted. While the mapping stays, so does the list: it is
 * rendered into the config, and what is rendered from that config is the same again.
 * @param derived the config rendered last, which has the mapping before or the same one
 */
export function newlySelected(mapping: readonly MappingRule[], derived: TenantConfig | null): readonly string[] {
  if (derived === null) return [];
  const unchanged = projectionRevision({ mapping }) === projectionRevision(derived);
  if (!unchanged) return sourcesBeyond(mapping, derived.mapping);
  // What somebody wrote into the derived config does not live on: only a source of the mapping can be new in it.
  const taken = new Set(mapping.flatMap(sourcesOf));
  return firstOf(derived.newlySelected.filter((source) => taken.has(source)));
}

/** Sources of one mapping that another one does not take, sorted; the first MOST_ARRIVING_ATTRIBUTES. */
export function sourcesBeyond(mapping: readonly MappingRule[], other: readonly MappingRule[]): readonly string[] {
  const known = new Set(other.flatMap(sourcesOf));
  return firstOf(mapping.flatMap(sourcesOf).filter((source) => !known.has(source)));
}

/** By code units, the same on every machine. */
function firstOf(names: readonly string[]): string[] {
  return [...new Set(names)].sort().slice(0, MOST_ARRIVING_ATTRIBUTES);
}
