import type { PresetName } from '../../api/scim-tenant-spec.ts';
import { ENTRA_DEFAULT } from './entra-default.ts';
import { MINIMAL } from './minimal.ts';
import { OKTA_DEFAULT } from './okta-default.ts';
import type { PresetRule } from './preset-rule.ts';

/** The usual mappings, by the word of the resource. Targets that mean the same have the same name in each. */
export const PRESETS: Readonly<Record<PresetName, readonly PresetRule[]>> = {
  EntraDefault: ENTRA_DEFAULT,
  OktaDefault: OKTA_DEFAULT,
  Minimal: MINIMAL,
};
