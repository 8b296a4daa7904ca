/** People of the benchmark, the same whenever they are made: the n-th has n in every key. */

export const TENANT = 'bench/load';
export const TOKEN = 'benchmark-token-0123456789abcdef';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** When person 0 was created; each other one came a millisecond after the one before. */
export const FIRST_CREATED_AT = Date.UTC(2026, 0, 1);

export function userNameOf(n: number): string {
  return `person.${n}@example.com`;
}

/** UUID whose last digits are n. */
export function idOf(n: number): string {
  return `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;
}

/** By number of members: persons 0 to that number are in it. */
export const GROUP_IDS = { 100: 'aaaaaaaa-0000-4000-8000-000000000100', 100_000: 'aaaaaaaa-0000-4000-8000-000000100000' } as const;

/** Body of a POST as Entra ID sends it with its default mappings. */
export function entraUser(n: number, prefix = ''): { readonly [key: string]: unknown; readonly userName: string } {
  const address = `${prefix}${userNameOf(n)}`;
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ENTERPRISE],
    externalId: `${prefix}external-${n}`,
    userName: address,
    active: true,
    displayName: `Person Number ${n}`,
    title: 'Engineer',
    preferredLanguage: 'en-US',
    name: { givenName: 'Person', familyName: `Number ${n}`, formatted: `Person Number ${n}` },
    emails: [{ type: 'work', value: address, primary: true }],
    phoneNumbers: [
      { type: 'work', value: '+1 555 0100' },
      { type: 'mobile', value: '+1 555 0101' },
    ],
    addresses: [{ type: 'work', streetAddress: '1 Example Way', locality: 'Springfield', postalCode: '98000', country: 'US' }],
    [ENTERPRISE]: { employeeNumber: `E-${n}`, department: 'Research' },
  };
}
