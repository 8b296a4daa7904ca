import type { TenantConfig } from '#common/tenant-config.ts';
import { aRule } from '../support/a-tenant-config.ts';
import { BENCH_CONFIG } from './bench-tenant.ts';

/** No longer takes these, so that what is stored of them has to go. */
const DESELECTED = ['phoneNumbers', 'addresses'];

/** A tenant before and after its mapping was changed: two attributes go, and one gets another name. */
export const MAPPINGS = {
  before: BENCH_CONFIG,
  after: {
    ...BENCH_CONFIG,
    generation: BENCH_CONFIG.generation + 1,
    mapping: [
      ...BENCH_CONFIG.mapping.filter(({ source }) => source !== 'title' && !DESELECTED.some((name) => source?.startsWith(name))),
      aRule('title', 'designation'),
    ],
  },
} satisfies Record<string, TenantConfig>;

export type MappingName = keyof typeof MAPPINGS;
