import type { AttributeDefinition } from '#common/scim/schema.ts';
import type { TenantModel } from './tenant-model.ts';

/**
 * What the product calls an attribute or sub-attribute, for a message about its value: an attribute of a custom extension has
 * its type from the mapping, so it is there that somebody looks.
 * @returns with a space before it; empty for what isn't mapped
 */
export function nameTargets({ rules }: Pick<TenantModel, 'rules'>, definition: AttributeDefinition): string {
  const targets = rules
    .filter(({ sources }) => sources.some(({ path }) => (path.subAttribute ?? path.attribute) === definition))
    .map(({ target, type }) => `mapped to ${JSON.stringify(target)}, type ${type ?? 'of the attribute'}`);
  return targets.length === 0 ? '' : ` (${targets.join('; ')})`;
}
