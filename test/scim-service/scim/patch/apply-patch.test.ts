import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { applyPatch } from '#scim-service/scim/patch/apply-patch.ts';
import { parsePatch } from '#scim-service/scim/patch/parse-patch.ts';
import { ScimError } from '#scim-service/scim/scim-error.ts';
import type { ScimObject } from '#scim-service/scim/scim-value.ts';
import { deepFreeze } from '#test/support/deep-freeze.ts';
import { CORE, CUSTOM, ENTERPRISE, SCHEMAS_WITH_TAGS, TAGS } from '#test/support/user-schemas.ts';

const ALICE: ScimObject = {
  userName: 'alice@example.com',
  active: true,
  title: 'Engineer',
  name: { givenName: 'Alice', familyName: 'Doe' },
  emails: [
    { type: 'work', value: 'alice@example.com', primary: true },
    { type: 'home', value: 'alice@home.example' },
  ],
  phoneNumbers: [{ type: 'work', value: '+1 555 0100' }],
  addresses: [{ type: 'home', locality: 'Springfield' }],
  roles: [{ value: 'Team Member', display: 'TM', primary: false }],
  [ENTERPRISE]: { department: 'Research', manager: { value: 'm1', $ref: '../Users/m1' } },
};

const { [ENTERPRISE]: _enterprise, ...ALICE_CORE } = ALICE;

function patch(resource: ScimObject, operations: readonly unknown[]): ScimObject {
  const body = deepFreeze({ schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations });
  return applyPatch(deepFreeze(resource), parsePatch(body, SCHEMAS_WITH_TAGS).operations, SCHEMAS_WITH_TAGS);
}

interface Case {
  /** Row of ENTRA.md table 2.5, name in its samples, or paragraph of RFC 7644. */
  readonly name: string;
  readonly reason: string;
  readonly operations: readonly unknown[];
  /** What differs from ALICE afterwards; undefined for what is gone. */
  readonly changes: Record<string, unknown>;
}

const WORK_ADDRESS = { type: 'work', formatted: 'Building 1', locality: 'Springfield', region: 'WA' };

const CASES: readonly Case[] = [
  {
    name: '1',
    reason: 'replace of one value',
    operations: [{ op: 'Replace', path: 'displayName', value: 'A. D.' }],
    changes: { displayName: 'A. D.' },
  },
  {
    name: '2',
    reason: 'add of one value not set before',
    operations: [{ op: 'Add', path: 'nickName', value: 'Ally' }],
    changes: { nickName: 'Ally' },
  },
  {
    name: '3',
    reason: 'a sub-attribute, the others stay',
    operations: [{ op: 'Add', path: 'name.givenName', value: 'Al' }],
    changes: { name: { givenName: 'Al', familyName: 'Doe' } },
  },
  {
    name: '4',
    reason: 'userName and externalId change',
    operations: [
      { op: 'Replace', path: 'userName', value: 'alice.renamed@example.com' },
      { op: 'Replace', path: 'externalId', value: 'alice.renamed' },
    ],
    changes: { userName: 'alice.renamed@example.com', externalId: 'alice.renamed' },
  },
  {
    name: '5',
    reason: 'the value of an entry, the rest of it stays',
    operations: [{ op: 'Replace', path: 'emails[type eq "work"].value', value: 'a@new.example' }],
    changes: {
      emails: [
        { type: 'work', value: 'a@new.example', primary: true },
        { type: 'home', value: 'alice@home.example' },
      ],
    },
  },
  ...['Add', 'Replace'].map((op) => ({
    name: `6 ${op}`,
    reason: 'an entry that does not exist is created from the filter',
    operations: [{ op, path: 'phoneNumbers[type eq "mobile"].value', value: '+1 555 0101' }],
    changes: {
      phoneNumbers: [
        { type: 'work', value: '+1 555 0100' },
        { type: 'mobile', value: '+1 555 0101' },
      ],
    },
  })),
  {
    name: '7',
    reason: 'the parts of an address become one entry',
    operations: [
      { op: 'Add', path: 'addresses[type eq "work"].formatted', value: 'Building 1' },
      { op: 'Add', path: 'addresses[type eq "work"].locality', value: 'Springfield' },
      { op: 'Add', path: 'addresses[type eq "work"].region', value: 'WA' },
    ],
    changes: { addresses: [{ type: 'home', locality: 'Springfield' }, WORK_ADDRESS] },
  },
  {
    name: '8',
    reason: 'fax',
    operations: [{ op: 'Replace', path: 'phoneNumbers[type eq "fax"].value', value: '+1 555 0103' }],
    changes: {
      phoneNumbers: [
        { type: 'work', value: '+1 555 0100' },
        { type: 'fax', value: '+1 555 0103' },
      ],
    },
  },
  {
    name: '9',
    reason: 'sub-attributes in capitals, as in the default mapping',
    operations: [
      { op: 'Add', path: 'addresses[type eq "other"].Formatted', value: 'Building 2' },
      { op: 'Add', path: 'emails[Type eq "other"].Value', value: 'other@example.com' },
    ],
    changes: {
      addresses: [
        { type: 'home', locality: 'Springfield' },
        { type: 'other', formatted: 'Building 2' },
      ],
      emails: [
        { type: 'work', value: 'alice@example.com', primary: true },
        { type: 'home', value: 'alice@home.example' },
        { type: 'other', value: 'other@example.com' },
      ],
    },
  },
  {
    name: '10',
    reason: 'a Boolean compared with text; several operations on the entry that the first one made',
    operations: [
      { op: 'Add', path: 'roles[primary eq "True"].value', value: 'Admin' },
      { op: 'Add', path: 'roles[primary eq "True"].display', value: 'Administrator' },
      { op: 'Add', path: 'roles[primary eq "True"].type', value: 'WindowsAzureActiveDirectoryRole' },
    ],
    changes: {
      roles: [
        { value: 'Team Member', display: 'TM', primary: false },
        { primary: true, value: 'Admin', display: 'Administrator', type: 'WindowsAzureActiveDirectoryRole' },
      ],
    },
  },
  {
    name: '10 roles by value',
    reason: 'the entry is known by its value',
    operations: [{ op: 'Replace', path: 'roles[value eq "Team Member"].display', value: 'Member' }],
    changes: { roles: [{ value: 'Team Member', display: 'Member', primary: false }] },
  },
  {
    name: '11',
    reason: 'the primary entry, made where there is none',
    operations: [
      { op: 'replace', path: 'emails[primary eq true].value', value: 'alice.p@example.com' },
      { op: 'replace', path: 'phoneNumbers[primary eq true].value', value: '+1 555 0198' },
      { op: 'replace', path: 'entitlements[primary eq true].value', value: 'vpn-admin' },
    ],
    changes: {
      emails: [
        { type: 'work', value: 'alice.p@example.com', primary: true },
        { type: 'home', value: 'alice@home.example' },
      ],
      phoneNumbers: [
        { type: 'work', value: '+1 555 0100' },
        { primary: true, value: '+1 555 0198' },
      ],
      entitlements: [{ primary: true, value: 'vpn-admin' }],
    },
  },
  {
    name: '12',
    reason: 'URN and attribute are parted at the last colon, not at the dot of 2.0',
    operations: [
      { op: 'Replace', path: `${ENTERPRISE}:department`, value: 'Sales' },
      { op: 'Add', path: `${ENTERPRISE}:organization`, value: 'Example Org' },
    ],
    changes: { [ENTERPRISE]: { department: 'Sales', manager: { value: 'm1', $ref: '../Users/m1' }, organization: 'Example Org' } },
  },
  {
    name: '13',
    reason: 'core URN in front',
    operations: [{ op: 'Replace', path: `${CORE}:userName`, value: 'alice.core@example.com' }],
    changes: { userName: 'alice.core@example.com' },
  },
  {
    name: '14',
    reason: 'custom extension',
    operations: [{ op: 'Add', path: `${CUSTOM}:tag`, value: 'x' }],
    changes: { [CUSTOM]: { tag: 'x' } },
  },
  {
    name: '15',
    reason: 'custom multi-valued attribute, always added',
    operations: [
      { op: 'Add', path: `${TAGS}:tags`, value: [{ value: '1' }] },
      { op: 'Add', path: `${TAGS}:tags`, value: [{ value: '2' }, { value: '1' }] },
    ],
    changes: { [TAGS]: { tags: ['1', '2'] } },
  },
  {
    name: '15 single',
    reason: 'the same form for an attribute that has one value',
    operations: [{ op: 'Add', path: `${CUSTOM}:tag`, value: [{ value: '1' }] }],
    changes: { [CUSTOM]: { tag: '1' } },
  },
  {
    name: '16 patch-flag-replace-multiple',
    reason: 'dotted and URN keys',
    operations: [
      { op: 'replace', path: 'emails[type eq "work"].value', value: 'alice.flag@example.com' },
      { op: 'replace', value: { displayName: 'Alice F.', 'name.familyName': 'Flag', [`${ENTERPRISE}:employeeNumber`]: 'E-1003' } },
    ],
    changes: {
      emails: [
        { type: 'work', value: 'alice.flag@example.com', primary: true },
        { type: 'home', value: 'alice@home.example' },
      ],
      displayName: 'Alice F.',
      name: { givenName: 'Alice', familyName: 'Flag' },
      [ENTERPRISE]: { department: 'Research', manager: { value: 'm1', $ref: '../Users/m1' }, employeeNumber: 'E-1003' },
    },
  },
  {
    name: '17',
    reason: 'nested enterprise object, merged',
    operations: [{ op: 'replace', value: { [ENTERPRISE]: { costCenter: 'CC-1234' } } }],
    changes: { [ENTERPRISE]: { department: 'Research', manager: { value: 'm1', $ref: '../Users/m1' }, costCenter: 'CC-1234' } },
  },
  {
    name: '18',
    reason: 'unknown keys are passed over',
    operations: [{ op: 'replace', value: { shoeSize: 42, title: 'Chief' } }],
    changes: { title: 'Chief' },
  },
  ...['False', 'false', false].flatMap((value) => [
    {
      name: `19 ${typeof value} ${value}`,
      reason: 'path',
      operations: [{ op: 'Replace', path: 'active', value }],
      changes: { active: false },
    },
    {
      name: `19 ${typeof value} ${value}`,
      reason: 'path-less',
      operations: [{ op: 'Add', value: { active: value } }],
      changes: { active: false },
    },
  ]),
  {
    name: '20',
    reason: 'lists of one around plain values',
    operations: [
      { op: 'Replace', path: 'displayName', value: ['Alice W.'] },
      { op: 'Replace', path: 'title', value: [{ $ref: null, value: 'Senior Engineer' }] },
      { op: 'Replace', path: `${ENTERPRISE}:employeeNumber`, value: ['99999'] },
      { op: 'Replace', path: 'emails[type eq "work"].value', value: ['w@example.com'] },
    ],
    changes: {
      displayName: 'Alice W.',
      title: 'Senior Engineer',
      emails: [
        { type: 'work', value: 'w@example.com', primary: true },
        { type: 'home', value: 'alice@home.example' },
      ],
      [ENTERPRISE]: { department: 'Research', manager: { value: 'm1', $ref: '../Users/m1' }, employeeNumber: '99999' },
    },
  },
  { name: '21', reason: 'no operations', operations: [], changes: {} },
  {
    name: '22',
    reason: 'extra members',
    operations: [{ op: 'replace', name: 'x', path: 'title', value: 'Chief' }],
    changes: { title: 'Chief' },
  },
  {
    name: '23',
    reason: 'names in any case',
    operations: [{ op: 'replace', value: { UserName: 'b', Emails: [{ Primary: true, Value: 'b@example.com' }] } }],
    changes: { userName: 'b', emails: [{ primary: true, value: 'b@example.com' }] },
  },
  {
    name: '24',
    reason: 'an object for name is merged, and clears what it names as empty',
    operations: [{ op: 'Replace', path: 'name', value: { familyName: 'Merged', givenName: '', middleName: 'M' } }],
    changes: { name: { familyName: 'Merged', middleName: 'M' } },
  },
  { name: '25', reason: 'what is so already', operations: [{ op: 'Replace', path: 'active', value: 'True' }], changes: {} },
  {
    name: 'patch-validator-add-attributes-verbose',
    reason: 'value and primary make one entry',
    operations: [
      { op: 'add', path: 'emails[type eq "other"].value', value: 'val.add@example.com' },
      { op: 'add', path: 'emails[type eq "other"].primary', value: true },
    ],
    changes: {
      emails: [
        { type: 'work', value: 'alice@example.com', primary: false },
        { type: 'home', value: 'alice@home.example' },
        { type: 'other', value: 'val.add@example.com', primary: true },
      ],
    },
  },
  ...['m2', { value: 'm2' }, [{ $ref: null, value: 'm2' }], { value: 'm2', displayName: 'Bo' }].map((value) => ({
    name: `2.6 manager ${JSON.stringify(value)}`,
    reason: 'text or object, and the URI of the manager before goes',
    operations: [{ op: 'Replace', path: `${ENTERPRISE}:manager`, value }],
    changes: { [ENTERPRISE]: { department: 'Research', manager: { value: 'm2' } } },
  })),
  {
    name: '2.6 manager with URI',
    reason: 'the URI of the new manager stays',
    operations: [{ op: 'replace', value: { [`${ENTERPRISE}:manager`]: { $ref: '../Users/m2', value: 'm2' } } }],
    changes: { [ENTERPRISE]: { department: 'Research', manager: { value: 'm2', $ref: '../Users/m2' } } },
  },
  ...[
    { op: 'replace', path: `${ENTERPRISE}:manager`, value: '' },
    { op: 'replace', path: `${ENTERPRISE}:manager`, value: null },
    { op: 'replace', path: `${ENTERPRISE}:manager`, value: { value: '' } },
    { op: 'replace', path: `${ENTERPRISE}:manager`, value: [] },
    { op: 'replace', path: 'manager.value', value: '' },
    { op: 'remove', path: 'manager[value eq "m1"]' },
    { op: 'Remove', path: `${ENTERPRISE}:manager` },
    { op: 'Remove', path: `${ENTERPRISE}:manager`, value: 'm1' },
  ].map((operation) => ({
    name: `2.6 ${JSON.stringify(operation)}`,
    reason: 'a manager who is cleared is gone whole',
    operations: [operation],
    changes: { [ENTERPRISE]: { department: 'Research' } },
  })),
  {
    name: '2.6 another manager',
    reason: 'is not the one to remove',
    operations: [{ op: 'remove', path: 'manager[value eq "m9"]' }],
    changes: {},
  },
  {
    name: '2.6 manager by another id',
    reason: 'what does not match is replaced, because there is one manager at most',
    operations: [{ op: 'replace', path: 'manager[value eq "m9"].$ref', value: '../Users/m9' }],
    changes: { [ENTERPRISE]: { department: 'Research', manager: { value: 'm9', $ref: '../Users/m9' } } },
  },
  {
    name: '2.7 AppRoleAssignmentsComplex',
    reason: 'roles as JSON text',
    operations: [{ op: 'Add', path: 'roles', value: [{ value: '{"id":"1","value":"Admin","displayName":"Administrator"}' }] }],
    changes: {
      roles: [
        { value: 'Team Member', display: 'TM', primary: false },
        { value: 'Admin', display: 'Administrator' },
      ],
    },
  },
  {
    name: '2.7 AssertiveAppRoleAssignmentsComplex',
    reason: 'the list replaces the one before',
    operations: [
      {
        op: 'replace',
        path: 'roles',
        value: [
          { primary: false, type: 'w', display: 'A', value: 'A' },
          { primary: false, type: 'w', display: 'B', value: 'B' },
        ],
      },
    ],
    changes: {
      roles: [
        { primary: false, type: 'w', display: 'A', value: 'A' },
        { primary: false, type: 'w', display: 'B', value: 'B' },
      ],
    },
  },
  {
    name: '2.7 roles again',
    reason: 'Entra adds roles that are there',
    operations: [{ op: 'Add', path: 'roles', value: [{ value: 'Team Member' }] }],
    changes: {},
  },
  {
    name: '2.7 role with more to say',
    reason: 'the entry takes over what is new',
    operations: [{ op: 'Add', path: 'roles', value: [{ value: 'team member', display: 'Member' }] }],
    changes: { roles: [{ value: 'team member', display: 'Member', primary: false }] },
  },
  ...['', null, []].flatMap((value) => [
    {
      name: `2.8 title ${JSON.stringify(value)}`,
      reason: 'clears',
      operations: [{ op: 'replace', path: 'title', value }],
      changes: { title: undefined },
    },
    {
      name: `2.8 roles ${JSON.stringify(value)}`,
      reason: 'clears',
      operations: [{ op: 'replace', path: 'roles', value }],
      changes: { roles: undefined },
    },
    {
      name: `2.8 add roles ${JSON.stringify(value)}`,
      reason: 'adds nothing',
      operations: [{ op: 'add', path: 'roles', value }],
      changes: {},
    },
    {
      name: `2.8 value path ${JSON.stringify(value)}`,
      reason: 'an entry without its value is gone; what is not there need not be cleared',
      operations: [
        { op: 'replace', path: 'emails[type eq "work"].value', value },
        { op: 'replace', path: 'addresses[type eq "work"].streetAddress', value },
        { op: 'replace', path: 'phoneNumbers[type eq "fax"].value', value },
      ],
      changes: { emails: [{ type: 'home', value: 'alice@home.example' }] },
    },
  ]),
  {
    name: '2.8 last part of an address',
    reason: 'a label alone is no address',
    operations: [{ op: 'replace', path: 'addresses[type eq "home"].locality', value: '' }],
    changes: { addresses: undefined },
  },
  {
    name: '2.8 remove',
    reason: 'without value, and of what is not there',
    operations: [
      { op: 'remove', path: 'title' },
      { op: 'remove', path: 'preferredLanguage' },
      { op: 'remove', path: 'name.middleName' },
      { op: 'remove', path: 'ims[type eq "xmpp"]' },
      { op: 'remove', path: `${CUSTOM}:tag` },
      { op: 'remove', path: CUSTOM },
    ],
    changes: { title: undefined },
  },
  {
    name: '2.8 all of name',
    reason: 'an object without content is gone',
    operations: [
      { op: 'remove', path: 'name.givenName' },
      { op: 'remove', path: 'name.familyName' },
    ],
    changes: { name: undefined },
  },
  {
    name: '2.8 all of an extension',
    reason: 'so is an extension',
    operations: [{ op: 'remove', path: ENTERPRISE }],
    changes: { [ENTERPRISE]: undefined },
  },
  {
    name: '2.11 removal of listed values',
    reason: 'these only, not all',
    operations: [{ op: 'Remove', path: 'emails', value: [{ $ref: null, value: 'ALICE@home.example' }, { value: 'nobody' }] }],
    changes: { emails: [{ type: 'work', value: 'alice@example.com', primary: true }] },
  },
  {
    name: 'RFC 3.5.2.1',
    reason: 'a new primary takes it from the other',
    operations: [{ op: 'add', path: 'emails', value: [{ type: 'other', value: 'n@example.com', primary: true }] }],
    changes: {
      emails: [
        { type: 'work', value: 'alice@example.com', primary: false },
        { type: 'home', value: 'alice@home.example' },
        { type: 'other', value: 'n@example.com', primary: true },
      ],
    },
  },
  {
    name: 'RFC 3.5.2.1 path-less',
    reason: 'values are added to those that are there',
    operations: [{ op: 'add', value: { emails: [{ type: 'home', value: 'alice@home.example' }], nickName: 'Ally' } }],
    changes: { nickName: 'Ally' },
  },
  {
    name: 'RFC 3.5.2.2 filter',
    reason: 'the matching values go',
    operations: [{ op: 'remove', path: 'emails[type eq "work" and value ew "example.com"]' }],
    changes: { emails: [{ type: 'home', value: 'alice@home.example' }] },
  },
  {
    name: 'RFC 3.5.2.2 sub-attribute',
    reason: 'of all values',
    operations: [{ op: 'remove', path: 'emails.primary' }],
    changes: {
      emails: [
        { type: 'work', value: 'alice@example.com' },
        { type: 'home', value: 'alice@home.example' },
      ],
    },
  },
  {
    name: 'RFC 3.5.2.3 value path',
    reason: 'the matching value is replaced whole, but stays what it was found by',
    operations: [{ op: 'replace', path: 'emails[type eq "work"]', value: { value: 'n@example.com', display: 'N' } }],
    changes: {
      emails: [
        { type: 'work', value: 'n@example.com', display: 'N' },
        { type: 'home', value: 'alice@home.example' },
      ],
    },
  },
  {
    name: 'RFC 3.5.2.1 value path',
    reason: 'an object is added to the matching value',
    operations: [{ op: 'add', path: 'emails[type eq "work"]', value: { display: 'Work' } }],
    changes: {
      emails: [
        { type: 'work', value: 'alice@example.com', primary: true, display: 'Work' },
        { type: 'home', value: 'alice@home.example' },
      ],
    },
  },
  {
    name: 'RFC 3.5.2.3 no filter',
    reason: 'a sub-attribute of all values',
    operations: [{ op: 'replace', path: 'emails.display', value: 'D' }],
    changes: {
      emails: [
        { type: 'work', value: 'alice@example.com', primary: true, display: 'D' },
        { type: 'home', value: 'alice@home.example', display: 'D' },
      ],
    },
  },
  {
    name: 'a sub-attribute of no value',
    reason: 'makes the first',
    operations: [{ op: 'add', path: 'ims.value', value: 'alice' }],
    changes: { ims: [{ value: 'alice' }] },
  },
  {
    name: 'operations in order',
    reason: 'remove, add and replace of one attribute in one request',
    operations: [
      { op: 'remove', path: 'title' },
      { op: 'add', path: 'title', value: 'a' },
      { op: 'replace', path: 'title', value: 'b' },
    ],
    changes: { title: 'b' },
  },
  {
    name: 'plain values by filter',
    reason: 'value stands for the value itself',
    operations: [
      { op: 'add', path: `${TAGS}:tags`, value: ['a', 'b', 'c'] },
      { op: 'remove', path: `${TAGS}:tags[value eq "B"]` },
      { op: 'replace', path: `${TAGS}:tags[value eq "c"]`, value: 'd' },
    ],
    changes: { [TAGS]: { tags: ['a', 'd'] } },
  },
];

describe('applyPatch', () => {
  test.each(CASES)('$name: $reason', ({ operations, changes }) => {
    const expected = Object.fromEntries(Object.entries({ ...ALICE, ...changes }).filter(([, value]) => value !== undefined));
    expect(patch(ALICE, operations)).toEqual(expected);
  });

  test('a resource that does not change is returned itself', () => {
    const operations = [
      { op: 'Replace', path: 'active', value: 'True' },
      { op: 'replace', path: 'emails', value: ALICE['emails'] },
      { op: 'add', path: 'emails', value: ALICE['emails'] },
      { op: 'Add', path: `${ENTERPRISE}:manager`, value: 'm1' },
      { op: 'remove', path: 'nickName' },
    ];
    expect(patch(ALICE, operations)).toBe(ALICE);
  });

  test('everything but the extension can be patched when there is none', () => {
    expect(patch(ALICE_CORE, [{ op: 'Add', path: `${ENTERPRISE}:manager`, value: 'm1' }])).toEqual({
      ...ALICE_CORE,
      [ENTERPRISE]: { manager: { value: 'm1' } },
    });
  });

  test.each([
    {
      name: 'a filter that says no value',
      operations: [{ op: 'add', path: 'emails[value co "@x"].display', value: 'x' }],
      scimType: 'noTarget',
    },
    {
      name: 'a filter with a choice',
      operations: [{ op: 'replace', path: 'ims[type eq "a" or type eq "b"].value', value: 'x' }],
      scimType: 'noTarget',
    },
    { name: 'a required attribute that is removed', operations: [{ op: 'remove', path: 'userName' }], scimType: 'mutability' },
    { name: 'a required attribute that is cleared', operations: [{ op: 'Replace', path: 'userName', value: '' }], scimType: 'mutability' },
  ])('$name is refused, and with it the whole request', ({ operations, scimType }) => {
    const before = JSON.stringify(ALICE);
    const run = (): unknown => patch(ALICE, [{ op: 'replace', path: 'title', value: 'x' }, ...operations]);
    expect(run).toThrow(expect.objectContaining({ status: 400, scimType }));
    expect(JSON.stringify(ALICE)).toBe(before);
  });

  test('what a filter says beside eq decides whether a new value can be made', () => {
    const operations = [{ op: 'add', path: 'ims[type eq "xmpp" and primary ne true].value', value: 'a' }];
    expect(patch(ALICE, operations)['ims']).toEqual([{ type: 'xmpp', value: 'a' }]);
  });

  test('keys that mean something to JavaScript change nothing but what they name', () => {
    const operations: unknown[] = JSON.parse(
      `[{"op":"add","value":{"__proto__":{"admin":true},"constructor":"c","emails":[{"__proto__":{"admin":true},"value":"n"}]}},
        {"op":"add","path":"constructor.prototype","value":"x"},{"op":"add","path":"${CUSTOM}:constructor","value":"d"}]`,
    );
    const patched = patch({ userName: 'a' }, operations);
    expect(JSON.parse(JSON.stringify(patched))).toEqual({ userName: 'a', emails: [{ value: 'n' }], [CUSTOM]: { constructor: 'd' } });
    expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false);
    expect((patched as Record<string, unknown>)['admin']).toBeUndefined();
  });

  test('any JSON as operations gives a resource or a ScimError', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.jsonValue(), operationLike()), { maxLength: 5 }), (operations) => {
        const outcome = attempt(ALICE, operations);
        expect(outcome instanceof ScimError || typeof outcome === 'object').toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('any JSON as body gives operations or a ScimError', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (body) => {
        let thrown: unknown = null;
        try {
          parsePatch(body, SCHEMAS_WITH_TAGS);
        } catch (error) {
          thrown = error;
        }
        expect(thrown === null || thrown instanceof ScimError).toBe(true);
      }),
    );
  });

  test('to add the same again changes nothing', () => {
    fc.assert(
      fc.property(fc.array(operationLike('add'), { minLength: 1, maxLength: 1 }), (operations) => {
        // What changes the very thing that it is found by isn't found again.
        fc.pre(!/\[type.*"type"/.test(JSON.stringify(operations)));
        const once = attempt(ALICE, operations);
        fc.pre(!(once instanceof ScimError));
        expect(attempt(once, operations)).toEqual(once);
      }),
      { numRuns: 2000 },
    );
  });

  test('whatever is patched, one value at most is primary and nothing is empty', () => {
    fc.assert(
      fc.property(fc.array(operationLike(), { maxLength: 6 }), (operations) => {
        const outcome = attempt(ALICE, operations);
        if (outcome instanceof ScimError) return;
        for (const values of Object.values(outcome)) {
          if (Array.isArray(values)) expect(values.filter((value: ScimObject) => value['primary'] === true).length).toBeLessThanOrEqual(1);
        }
        expect(JSON.stringify(outcome)).not.toMatch(/null|:\[\]|:\{\}|:""/);
      }),
      { numRuns: 2000 },
    );
  });

  test('a thousand operations on a thousand values take a moment', () => {
    const roles = Array.from({ length: 1000 }, (_, index) => ({ value: `r${index}` }));
    const operations = Array.from({ length: 1000 }, (_, index) => ({
      op: 'replace',
      path: `roles[value eq "r${index}"].display`,
      value: 'x',
    }));
    const started = performance.now();
    patch({ userName: 'a', roles }, operations);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

function attempt(resource: ScimObject, operations: readonly unknown[]): ScimObject | ScimError {
  try {
    return patch(resource, operations);
  } catch (error) {
    if (error instanceof ScimError) return error;
    throw error;
  }
}

/** Operations whose parts are mostly what a client could send; only one attribute in each when the op is given. */
function operationLike(op?: 'add'): fc.Arbitrary<unknown> {
  const scalar = fc.constantFrom('work', 'home', 'a', 'A', 'b', '', 'True', true, false, null, 7);
  const entry = fc.dictionary(fc.constantFrom('value', 'type', 'primary', 'display', 'locality', '$ref', 'nested'), scalar, { maxKeys: 4 });
  const value = fc.oneof(scalar, entry, fc.array(fc.oneof(scalar, entry), { maxLength: 4 }));
  const path = fc.constantFrom(
    'emails',
    'emails.value',
    'emails[type eq "work"]',
    'emails[type eq "other"].value',
    'emails[value eq "a"].value',
    'emails[not (type eq "work")].primary',
    'addresses',
    'addresses[type eq "work"].locality',
    'roles[primary eq "True"].value',
    'roles',
    'manager',
    'manager[value eq "a"]',
    'name',
    'name.givenName',
    'title',
    'active',
    `${TAGS}:tags`,
    `${TAGS}:tags[value eq "a"]`,
    ENTERPRISE,
    CUSTOM,
    `${CUSTOM}:badge`,
    'unknown',
    'emails[',
  );
  const ops = op ? fc.constant<string>(op) : fc.constantFrom('add', 'Replace', 'remove', 'move');
  return fc.oneof(
    { weight: 8, arbitrary: fc.record({ op: ops, path, value }) },
    { weight: 2, arbitrary: fc.record({ op: ops, value: fc.dictionary(path, value, { maxKeys: op ? 1 : 3 }) }) },
  );
}
