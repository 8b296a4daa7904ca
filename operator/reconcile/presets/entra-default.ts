import type { PresetRule } from './preset-rule.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/**
 * Everything that a new non-gallery provisioning job of Microsoft Entra ID sends before anybody changes its attribute
 * mappings. Beside each rule the attribute of Entra ID. Source: the portal's default rows (2026) and Microsoft's
 * "Tutorial: develop and plan provisioning for a SCIM endpoint", which differ in two rows.
 */
export const ENTRA_DEFAULT: readonly PresetRule[] = [
  // userPrincipalName; Entra ID finds people by it
  { source: 'userName', target: 'login', required: true },
  // Switch([IsSoftDeleted], …); false once a person leaves the scope of the job
  { source: 'active', target: 'active', type: 'Boolean' },
  { source: 'displayName', target: 'displayName' },
  // jobTitle
  { source: 'title', target: 'jobTitle' },
  // mail; people without a mailbox have none, so it isn't required
  { source: 'emails[type eq "work"].value', target: 'email' },
  // proxyAddresses, in the tutorial only
  { source: 'emails[type eq "other"].value', target: 'otherEmail' },
  { source: 'preferredLanguage', target: 'language' },
  // givenName, surname, and both joined
  { source: 'name.givenName', target: 'firstName' },
  { source: 'name.familyName', target: 'lastName' },
  { source: 'name.formatted', target: 'fullName' },
  // physicalDeliveryOfficeName; the tutorial has it under the type "other"
  { sources: ['addresses[type eq "work"].formatted', 'addresses[type eq "other"].formatted'], target: 'address.office' },
  { source: 'addresses[type eq "work"].streetAddress', target: 'address.street' },
  // city, state
  { source: 'addresses[type eq "work"].locality', target: 'address.city' },
  { source: 'addresses[type eq "work"].region', target: 'address.state' },
  { source: 'addresses[type eq "work"].postalCode', target: 'address.postalCode' },
  { source: 'addresses[type eq "work"].country', target: 'address.country' },
  // telephoneNumber, mobile, facsimileTelephoneNumber
  { source: 'phoneNumbers[type eq "work"].value', target: 'phone.work' },
  { source: 'phoneNumbers[type eq "mobile"].value', target: 'phone.mobile' },
  { source: 'phoneNumbers[type eq "fax"].value', target: 'phone.fax' },
  // mailNickname, or objectId where an admin chose so
  { source: 'externalId', target: 'directoryId' },
  // employeeId, department, manager (as the id that this service gave to the manager)
  { source: `${ENTERPRISE}:employeeNumber`, target: 'personnelNumber' },
  { source: `${ENTERPRISE}:department`, target: 'department' },
  { source: `${ENTERPRISE}:manager.value`, target: 'managerId' },
];
