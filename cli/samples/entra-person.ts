/**
 * A person as a provisioning job of Microsoft Entra ID creates one: its default attribute mappings, `userType` and an app
 * role, which admins add, and the manager as a bare id.
 */
export const ENTRA_PERSON = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'],
  externalId: 'mira.lindqvist',
  userName: 'Mira.Lindqvist@contoso.example',
  active: true,
  displayName: 'Mira Lindqvist',
  title: 'Safety Engineer',
  preferredLanguage: 'sv-SE',
  userType: 'Employee',
  name: { givenName: 'Mira', familyName: 'Lindqvist', formatted: 'Mira Lindqvist' },
  emails: [{ type: 'work', value: 'Mira.Lindqvist@contoso.example', primary: true }],
  addresses: [
    {
      type: 'work',
      formatted: 'Building 4',
      streetAddress: '12 Harbour Street',
      locality: 'Gothenburg',
      region: 'VG',
      postalCode: '411 04',
      country: 'SE',
      primary: false,
    },
  ],
  phoneNumbers: [
    { type: 'work', value: '+46 31 555 01 00' },
    { type: 'mobile', value: '+46 70 555 01 01' },
    { type: 'fax', value: '+46 31 555 01 02' },
  ],
  roles: [{ primary: false, type: 'WindowsAzureActiveDirectoryRole', display: 'Responder', value: 'Responder' }],
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': {
    employeeNumber: '10472',
    department: 'Plant Safety',
    manager: '5c0a3a0e-4f7b-4a53-9a61-2f4f7a0c1002',
  },
  meta: { resourceType: 'User' },
};
