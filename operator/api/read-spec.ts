import type { z } from 'zod';
import type { InvalidSpec } from './scim-tenant.ts';
import { scimTenantSpecSchema, type ScimTenantSpec } from './scim-tenant-spec.ts';

/**
 * Reads `spec` as somebody wrote it, and fills in the defaults. A null counts as unset, as it does for the API server.
 * @returns the problems, one line each such as `spec.attributeMapping[2].target: …`, when a rule of the schema is broken
 */
export function readScimTenantSpec(spec: unknown): ScimTenantSpec | InvalidSpec {
  const result = scimTenantSpecSchema.safeParse(withoutNulls(spec));
  return result.success ? result.data : { problems: result.error.issues.flatMap(problemLines) };
}

function problemLines(issue: z.core.$ZodIssue): string[] {
  const path = `spec${issue.path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('')}`;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(
      (key) => `${path}.${key.slice(0, 100)}: no such field in this version of the operator; look for a spelling mistake`,
    );
  }
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) return [`${path}: is required and missing`];
  return [`${path}: ${issue.message}`];
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, field]) => field !== null)
      .map(([name, field]) => [name, withoutNulls(field)]),
  );
}
