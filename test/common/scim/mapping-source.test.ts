import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { compileMappingSource, MappingSourceError } from '#common/scim/mapping-source.ts';
import { CORE_USER_URN, ENTERPRISE_USER_URN } from '#common/scim/schema.ts';
import { tenantSchemas } from '#common/scim/tenant-schemas.ts';
import { arbitraryFilterText } from '#test/support/arbitrary-filter.ts';

const ACME = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';
const schemas = tenantSchemas([{ source: `${ACME}:badge`, type: 'Integer' }]);

function canonical(source: string): string {
  return compileMappingSource(source, schemas).canonical;
}

describe('a source is compiled to its canonical spelling', () => {
  test.each<[source: string, expected: string]>([
    ['userName', 'userName'],
    ['USERNAME', 'userName'],
    [' name.GIVENNAME ', 'name.givenName'],
    ['name', 'name'],
    ['externalid', 'externalId'],
    ['emails', 'emails'],
    ['emails.value', 'emails.value'],
    ['Emails[Type EQ "work"].Value', 'emails[type eq "work"].value'],
    ['emails[(TYPE eq "work" or PRIMARY eq true) and NOT(Display pr)]', 'emails[(type eq "work" or primary eq true) and not (display pr)]'],
    ['roles[primary eq "True"].value', 'roles[primary eq "True"].value'],
    [`${CORE_USER_URN}:title`, 'title'],
    ['department', `${ENTERPRISE_USER_URN}:department`],
    ['manager.value', `${ENTERPRISE_USER_URN}:manager.value`],
    [`${ENTERPRISE_USER_URN.toLowerCase()}:employeenumber`, `${ENTERPRISE_USER_URN}:employeeNumber`],
    [`${ACME}:BADGE`, `${ACME}:badge`],
    ['badge', `${ACME}:badge`],
  ])('%s', (source, expected) => {
    expect(canonical(source)).toBe(expected);
    expect(canonical(expected)).toBe(expected);
  });
});

test('the path has the definitions and a filter in canonical case', () => {
  const { path } = compileMappingSource('EMAILS[TYPE eq "work"].VALUE', schemas);
  expect(path).toMatchObject({
    schema: { id: CORE_USER_URN },
    extension: false,
    attribute: { name: 'emails', multiValued: true },
    filter: { kind: 'compare', path: { attribute: 'type' }, operator: 'eq', value: 'work' },
    subAttribute: { name: 'value' },
  });
  expect(Object.isFrozen(path)).toBe(true);
  expect(compileMappingSource(`${ACME}:badge`, schemas).path).toMatchObject({ extension: true, attribute: { type: 'integer' } });
});

describe('a source is refused with what would be accepted', () => {
  test.each<[why: string, source: string, problem: string]>([
    ['misspelt', 'usrName', `mapping source "usrName": schema ${CORE_USER_URN} has no attribute "usrName"; nearest: userName, name`],
    ['name of Active Directory', 'mail', `mapping source "mail": schema ${CORE_USER_URN} has no attribute "mail"; nearest: emails`],
    [
      'sub-attribute without its parent',
      'givenName',
      `mapping source "givenName": schema ${CORE_USER_URN} has no attribute "givenName"; nearest: name.givenName, name`,
    ],
    [
      'misspelt name of an extension, without its URN',
      'departement',
      `mapping source "departement": schema ${CORE_USER_URN} has no attribute "departement"; nearest: department`,
    ],
    [
      'nothing near',
      `${ENTERPRISE_USER_URN}:shoeSize`,
      `mapping source "${ENTERPRISE_USER_URN}:shoeSize": schema ${ENTERPRISE_USER_URN} has no attribute "shoeSize"; it has employeeNumber, costCenter, organization, division, department, manager`,
    ],
    [
      'unknown sub-attribute',
      'name.nick',
      'mapping source "name.nick": name has no sub-attribute "nick"; it has formatted, familyName, givenName, middleName, honorificPrefix, honorificSuffix',
    ],
    [
      'sub-attribute of a simple attribute',
      'title.value',
      'mapping source "title.value": title has no sub-attribute "value"; write only title',
    ],
    [
      'unknown schema',
      'urn:acme:User:badge',
      `mapping source "urn:acme:User:badge": schema "urn:acme:User" is not known; use one of ${CORE_USER_URN}, ${ENTERPRISE_USER_URN}, ${ACME}, or a custom one as urn:ietf:params:scim:schemas:extension:<Name>:2.0:User:<attribute>`,
    ],
    [
      'sub-attribute of a custom attribute',
      'urn:ietf:params:scim:schemas:extension:hr:2.0:User:grade.level',
      'mapping source "urn:ietf:params:scim:schemas:extension:hr:2.0:User:grade.level": an attribute of a custom extension has no sub-attribute; write only its name behind the URN',
    ],
    ['a secret', 'password', 'mapping source "password": password is never kept, so it can\'t be mapped'],
    [
      'set by the service',
      'meta.created',
      'mapping source "meta.created": meta is set by the service and never taken from the directory, so it can\'t be mapped',
    ],
    [
      'membership',
      'groups',
      'mapping source "groups": groups is set by the service and never taken from the directory, so it can\'t be mapped',
    ],
    [
      'filter on a single value',
      'name[givenName pr]',
      'mapping source "name[givenName pr]": name is single-valued, so a filter in brackets can\'t select from it',
    ],
    [
      'order of Booleans',
      'emails[primary gt true]',
      'mapping source "emails[primary gt true]": in the brackets, primary is boolean, so "gt" can\'t compare it; use eq, ne or pr',
    ],
    [
      'a Boolean and text',
      'emails[type eq "work" and not (primary eq "yes")].value',
      'mapping source "emails[type eq \\"work\\" and not (primary eq \\"yes\\")].value": in the brackets, primary is true or false; compare it with one of them',
    ],
    [
      'text within null',
      'emails[type co null]',
      'mapping source "emails[type co null]": in the brackets, only eq and ne compare with null, not "co"',
    ],
    [
      'text and a fraction',
      'emails[type eq 1.5]',
      'mapping source "emails[type eq 1.5]": in the brackets, type is text; write what it is compared with in double quotes',
    ],
    [
      'unknown name in the brackets',
      'emails[kind eq "x"]',
      'mapping source "emails[kind eq \\"x\\"]": in the brackets, emails has no sub-attribute "kind"; it has value, display, type, primary',
    ],
    [
      'dotted name in the brackets',
      'emails[type.x eq "x"]',
      'mapping source "emails[type.x eq \\"x\\"]": in the brackets, write only the sub-attribute\'s name, type',
    ],
    [
      'no path',
      'first name',
      'mapping source "first name": the end of the path is expected (at character 7, "name"); write for example userName, name.givenName or emails[type eq "work"].value',
    ],
  ])('%s', (_why, source, problem) => {
    expect(() => compileMappingSource(source, schemas)).toThrow(MappingSourceError);
    expect(() => compileMappingSource(source, schemas)).toThrow(problem);
  });

  test('a long source is cut in the message', () => {
    const source = 'x'.repeat(5_000);
    expect(() => compileMappingSource(source, schemas)).toThrow(MappingSourceError);
    try {
      compileMappingSource(source, schemas);
    } catch (error) {
      expect((error as Error).message.length).toBeLessThan(1_000);
    }
  });
});

test('any text is compiled or refused with a MappingSourceError, whatever the rest of the mapping', () => {
  fc.assert(
    fc.property(arbitraryFilterText, (source) => {
      try {
        const compiled = compileMappingSource(source, tenantSchemas([{ source, type: null }]));
        expect(compileMappingSource(compiled.canonical, schemas).canonical).toBe(compiled.canonical);
      } catch (error) {
        expect(error).toBeInstanceOf(MappingSourceError);
      }
    }),
    { numRuns: 1_000 },
  );
});
