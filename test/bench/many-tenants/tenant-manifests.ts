import type { TenantName } from '#common/tenant-key.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const EXTENSION = 'urn:ietf:params:scim:schemas:extension:facility:2.0:User';

/** As long as the longer ones of crds/samples: extensions, a value map, conversions, an attribute with two sources. */
const MAPPING = [
  { source: 'userName', target: 'login', required: true },
  { source: 'displayName', target: 'displayName' },
  { source: 'name.givenName', target: 'name.first' },
  { source: 'name.familyName', target: 'name.last', required: true },
  { sources: ['emails[type eq "work"].value', 'emails[primary eq true].value'], target: 'reach.email', required: true, transform: 'lower' },
  { source: 'phoneNumbers[type eq "mobile"].value', target: 'reach.mobile', transform: 'trim' },
  { source: 'preferredLanguage', target: 'reach.language' },
  { sources: ['addresses[type eq "work"].formatted', 'addresses[type eq "work"].locality'], target: 'site' },
  { source: 'title', target: 'designation' },
  { source: `${ENTERPRISE}:department`, target: 'department' },
  { source: `${ENTERPRISE}:employeeNumber`, target: 'personnelNumber' },
  { source: `${EXTENSION}:building`, target: 'workplace.building', type: 'String' },
  { source: `${EXTENSION}:floor`, target: 'workplace.floor', type: 'Integer' },
  { source: `${EXTENSION}:parking`, target: 'workplace.parking', type: 'Boolean' },
  { source: 'active', target: 'status', valueMap: { values: { true: 'active', false: 'inactive' } } },
];

/** @param n from 0 */
export function nameOf(n: number, namespaces: number): TenantName {
  return { namespace: `team-${String(n % namespaces).padStart(3, '0')}`, name: `tenant-${String(n).padStart(5, '0')}` };
}

/** Each tenant has a Secret of its own. */
export function tokenSecret({ namespace, name }: TenantName) {
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { namespace, name: `${name}-scim-token` },
    stringData: { token: `token-of-${namespace}-${name}-0123456789abcdef` },
  };
}

export function scimTenant({ namespace, name }: TenantName) {
  return {
    apiVersion: 'scim-operator.dev/v1alpha1',
    kind: 'ScimTenant',
    metadata: { namespace, name },
    spec: {
      displayName: `Tenant ${name}`,
      tokenSecretRef: { name: `${name}-scim-token` },
      notificationEmails: [`${name}@example.com`],
      attributeMapping: MAPPING,
      matchExistingBy: ['personnelNumber'],
      newUserDefaults: [
        { target: 'role', value: 'employee' },
        { target: 'training.plan', value: 'onboarding' },
      ],
    },
  };
}
