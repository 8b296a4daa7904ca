const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** A mapping that selects every attribute which the recorded requests send, so that each value can be seen again. */
export const WHOLE_MAPPING: readonly { readonly source: string; readonly target: string; readonly required?: boolean }[] = [
  { source: 'userName', target: 'login', required: true },
  { source: 'name.givenName', target: 'firstName' },
  { source: 'name', target: 'name' },
  { source: 'emails[type eq "work"].value', target: 'email' },
  { source: 'emails', target: 'contact.emails' },
  { source: 'displayName', target: 'displayName' },
  { source: 'nickName', target: 'nickName' },
  { source: 'title', target: 'designation' },
  { source: 'userType', target: 'userType' },
  { source: 'preferredLanguage', target: 'language' },
  { source: 'locale', target: 'locale' },
  { source: 'timezone', target: 'timezone' },
  { source: 'active', target: 'employed' },
  { source: 'phoneNumbers', target: 'contact.phones' },
  { source: 'addresses', target: 'contact.addresses' },
  { source: 'roles', target: 'roles' },
  { source: 'entitlements', target: 'entitlements' },
  ...['employeeNumber', 'department', 'organization', 'division', 'costCenter', 'manager'].map((name) => ({
    source: `${ENTERPRISE}:${name}`,
    target: `work.${name}`,
  })),
];
