import type { TenantKey } from '#common/tenant-key.ts';
import type { SeededTenant } from './seed-tenants.ts';

/** Tenants that are named; whoever has more knows them. */
const NAMED_TENANTS = 10;

export interface WelcomeParts {
  readonly externalUrl: string;
  readonly tenantsDir: string;
  readonly tenants: readonly TenantKey[];
  /** The sample that this start put into an empty folder. */
  readonly seeded: SeededTenant | null;
}

/** What a person reads in the terminal: the tenants' URLs, and for a new sample how to see its token and a first request. */
export function welcome({ externalUrl, tenantsDir, tenants, seeded }: WelcomeParts): string {
  const urlOf = (key: TenantKey): string => `${externalUrl}/${key}/scim/v2`;
  const lines = ['', `SCIM Operator in standalone mode; tenants are the YAML files in ${tenantsDir}`, ''];
  for (const key of tenants.slice(0, NAMED_TENANTS)) lines.push(`  ${key}  Tenant URL: ${urlOf(key)}`);
  if (tenants.length > NAMED_TENANTS) lines.push(`  and ${tenants.length - NAMED_TENANTS} more`);
  if (tenants.length === 0) lines.push(`  none yet; put a ScimTenant and its Secret there`);
  if (seeded) {
    const showToken = `sed -n 's/^ *token: *//p' '${seeded.secretFile}'`;
    lines.push('', 'Show its token:', '', `  ${showToken}`, '', 'Create a person:', '', `  ${createAda(urlOf(seeded.key), showToken)}`);
  }
  return `${lines.join('\n')}\n\n`;
}

function createAda(url: string, showToken: string): string {
  const ada = {
    userName: 'ada@example.com',
    externalId: 'ada',
    name: { givenName: 'Ada', familyName: 'Lovelace' },
    emails: [{ type: 'work', value: 'ada@example.com', primary: true }],
  };
  return `curl -sS '${url}/Users' -H "Authorization: Bearer $(${showToken})" -H 'Content-Type: application/scim+json' -d '${JSON.stringify(ada)}'`;
}
