/**
 * A person as a SCIM 2.0 app of Okta creates one whose profile is filled in: one primary mail, phone number and address, a
 * password that nobody asked for, and an empty list of groups.
 */
export const OKTA_PERSON = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'],
  userName: 'jonas.okafor@acme.example',
  name: { givenName: 'Jonas', middleName: 'Emeka', familyName: 'Okafor', formatted: 'Jonas Emeka Okafor' },
  emails: [
    { primary: true, value: 'jonas.okafor@acme.example', type: 'work' },
    { primary: false, value: 'jonas@okafor.example', type: 'other' },
  ],
  displayName: 'Jonas Okafor',
  nickName: 'Joe',
  title: 'Field Technician',
  userType: 'Contractor',
  preferredLanguage: 'en-GB',
  locale: 'en-GB',
  timezone: 'Europe/London',
  phoneNumbers: [
    { primary: true, value: '+44 20 5550 0100', type: 'work' },
    { value: '+44 7700 900123', type: 'mobile' },
  ],
  addresses: [
    {
      primary: true,
      type: 'work',
      streetAddress: '7 Canal Row',
      locality: 'Leeds',
      region: 'West Yorkshire',
      postalCode: 'LS1 4AP',
      country: 'GB',
    },
  ],
  externalId: '00u1f2g3h4i5j6k7l8m9',
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': {
    employeeNumber: '20815',
    costCenter: '4130',
    organization: 'Acme Services',
    division: 'Field',
    department: 'Maintenance',
    manager: { value: '00u9m8l7k6j5i4h3g2f1', displayName: 'Priya Raman' },
  },
  groups: [],
  password: 'ftcQ-7x1Lk-0000',
  active: true,
};
