import { CORE_USER_URN, type SchemaDefinition } from './schema.ts';
import { defineAttribute, defineSchema } from './define-attribute.ts';
import { defineMultiValued, primarySubAttribute, typeSubAttribute } from './define-multi-valued.ts';

/** Core User (RFC 7643 sections 4.1 and 8.7.1). */
export const CORE_USER_SCHEMA: SchemaDefinition = defineSchema({
  id: CORE_USER_URN,
  name: 'User',
  description: 'User Account',
  attributes: [
    defineAttribute('userName', 'string', 'Identifier by which the person signs in, unique in the tenant.', {
      required: true,
      uniqueness: 'server',
    }),
    defineAttribute('name', 'complex', "Components of the person's name.", {
      subAttributes: [
        defineAttribute('formatted', 'string', 'Full name, formatted for display.'),
        defineAttribute('familyName', 'string', 'Family name.'),
        defineAttribute('givenName', 'string', 'Given name.'),
        defineAttribute('middleName', 'string', 'Middle names.'),
        defineAttribute('honorificPrefix', 'string', 'Title in front of the name.'),
        defineAttribute('honorificSuffix', 'string', 'Suffix after the name.'),
      ],
    }),
    defineAttribute('displayName', 'string', 'Name for display.'),
    defineAttribute('nickName', 'string', 'Casual way to address the person.'),
    defineAttribute('profileUrl', 'reference', "URL of the person's online profile.", { referenceTypes: ['external'] }),
    defineAttribute('title', 'string', "The person's title, such as Vice President."),
    defineAttribute('userType', 'string', 'Relation between the organization and the person, such as Employee.'),
    defineAttribute('preferredLanguage', 'string', 'Preferred languages, as in Accept-Language.'),
    defineAttribute('locale', 'string', 'Locale for currency, dates and numbers, such as en-US.'),
    defineAttribute('timezone', 'string', 'Time zone of the IANA database, such as Europe/Berlin.'),
    defineAttribute('active', 'boolean', 'Whether the person may use the product.'),
    defineAttribute('password', 'string', 'Never kept and never returned.', { mutability: 'writeOnly', returned: 'never' }),
    defineMultiValued('emails', 'Email addresses.', { description: 'Email address.', types: ['work', 'home', 'other'] }),
    defineMultiValued('phoneNumbers', 'Phone numbers.', {
      description: 'Phone number.',
      types: ['work', 'home', 'mobile', 'fax', 'pager', 'other'],
    }),
    defineMultiValued('ims', 'Instant messaging addresses.', {
      description: 'Instant messaging address.',
      types: ['aim', 'gtalk', 'icq', 'xmpp', 'msn', 'skype', 'qq', 'yahoo'],
    }),
    defineMultiValued('photos', 'URLs of photos.', {
      description: 'URL of a photo.',
      type: 'reference',
      types: ['photo', 'thumbnail'],
      referenceTypes: ['external'],
    }),
    defineAttribute('addresses', 'complex', 'Postal addresses.', {
      multiValued: true,
      subAttributes: [
        defineAttribute('formatted', 'string', 'Full address, formatted for display or a label.'),
        defineAttribute('streetAddress', 'string', 'Street, house number and the like.'),
        defineAttribute('locality', 'string', 'City or locality.'),
        defineAttribute('region', 'string', 'State or region.'),
        defineAttribute('postalCode', 'string', 'Postal code.'),
        defineAttribute('country', 'string', 'Country, as an ISO 3166-1 alpha-2 code.'),
        typeSubAttribute(['work', 'home', 'other']),
        // Section 8.7.1 leaves it out, but section 4.1.2 lists it and Entra's validator writes addresses[primary eq true].
        primarySubAttribute(),
      ],
    }),
    defineAttribute('groups', 'complex', 'Groups that the person belongs to; changed through the groups.', {
      multiValued: true,
      mutability: 'readOnly',
      subAttributes: [
        // Case exact as the `id` that it is, against section 8.7.1: it is looked up as one.
        defineAttribute('value', 'string', 'Identifier of the group.', { caseExact: true, mutability: 'readOnly' }),
        defineAttribute('$ref', 'reference', 'URI of the group.', { mutability: 'readOnly', referenceTypes: ['User', 'Group'] }),
        defineAttribute('display', 'string', 'Name for display.', { mutability: 'readOnly' }),
        defineAttribute('type', 'string', 'Whether the membership is direct or through another group.', {
          mutability: 'readOnly',
          canonicalValues: ['direct', 'indirect'],
        }),
      ],
    }),
    defineMultiValued('entitlements', 'Things that the person is entitled to.', { description: 'Entitlement.' }),
    defineMultiValued('roles', 'Roles of the person.', { description: 'Role.' }),
    defineMultiValued('x509Certificates', 'Certificates of the person.', {
      description: 'DER-encoded certificate in Base64.',
      type: 'binary',
    }),
  ],
});
