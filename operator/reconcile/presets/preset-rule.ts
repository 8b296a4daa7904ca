import type { SpecMappingRule } from '../../api/scim-tenant-spec.ts';

/** A rule of a preset, in the words in which somebody would write it into `attributeMapping`. */
export type PresetRule = Pick<SpecMappingRule, 'target'> & Partial<SpecMappingRule>;
