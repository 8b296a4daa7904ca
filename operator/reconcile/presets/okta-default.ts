import type { PresetRule } from './preset-rule.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/**
 * Everything in the user profile of a new SCIM 2.0 app of Okta, which sends what its person has of it. Okta marks one
 * mail, phone number and address as primary and lets an admin choose its type, so the primary one comes first.
 * Source: developer.okta.com, "SCIM 2.0 protocol reference", and the app's profile editor.
 */
export const OKTA_DEFAULT: readonly PresetRule[] = [
  { source: 'userName', target: 'login', required: true },
  { source: 'active', target: 'active', type: 'Boolean' },
  { source: 'displayName', target: 'displayName' },
  { source: 'nickName', target: 'nickName' },
  { source: 'name.givenName', target: 'firstName' },
  { source: 'name.middleName', target: 'middleName' },
  { source: 'name.familyName', target: 'lastName' },
  { source: 'name.formatted', target: 'fullName' },
  { source: 'name.honorificPrefix', target: 'honorificPrefix' },
  { source: 'name.honorificSuffix', target: 'honorificSuffix' },
  { sources: ['emails[primary eq true].value', 'emails[type eq "work"].value'], target: 'email' },
  // secondEmail
  { sources: ['emails[type eq "other"].value', 'emails[type eq "home"].value'], target: 'otherEmail' },
  { source: 'title', target: 'jobTitle' },
  { source: 'userType', target: 'userType' },
  { source: 'profileUrl', target: 'profileUrl' },
  { source: 'preferredLanguage', target: 'language' },
  { source: 'locale', target: 'locale' },
  { source: 'timezone', target: 'timezone' },
  { sources: ['phoneNumbers[primary eq true].value', 'phoneNumbers[type eq "work"].value'], target: 'phone.work' },
  { source: 'phoneNumbers[type eq "mobile"].value', target: 'phone.mobile' },
  { sources: ['addresses[primary eq true].formatted', 'addresses[type eq "work"].formatted'], target: 'address.formatted' },
  { sources: ['addresses[primary eq true].streetAddress', 'addresses[type eq "work"].streetAddress'], target: 'address.street' },
  { sources: ['addresses[primary eq true].locality', 'addresses[type eq "work"].locality'], target: 'address.city' },
  { sources: ['addresses[primary eq true].region', 'addresses[type eq "work"].region'], target: 'address.state' },
  { sources: ['addresses[primary eq true].postalCode', 'addresses[type eq "work"].postalCode'], target: 'address.postalCode' },
  { sources: ['addresses[primary eq true].country', 'addresses[type eq "work"].country'], target: 'address.country' },
  // The id that Okta gave to the person
  { source: 'externalId', target: 'directoryId' },
  { source: `${ENTERPRISE}:employeeNumber`, target: 'personnelNumber' },
  { source: `${ENTERPRISE}:costCenter`, target: 'costCenter' },
  { source: `${ENTERPRISE}:organization`, target: 'organization' },
  { source: `${ENTERPRISE}:division`, target: 'division' },
  { source: `${ENTERPRISE}:department`, target: 'department' },
  { source: `${ENTERPRISE}:manager.value`, target: 'managerId' },
];
