import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readManifests } from '#standalone/directory-cluster/read-manifests.ts';
import { tenantKey } from '#common/tenant-key.ts';
import { aManifest, typeIn } from './a-terminal.ts';

const SAMPLES = fileURLToPath(new URL('../../crds/samples/', import.meta.url));
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const ACME = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';

const EVERYTHING = {
  displayName: 'Acme \u001b[31mCorp',
  preset: 'Minimal',
  attributeMapping: [
    { sources: ['emails[type eq "work"].value', 'userName'], target: 'email', required: true, transform: 'lower' },
    { source: 'usertype', target: 'contract', valueMap: { values: { Employee: 'internal', Contractor: 'external' }, default: 'unknown' } },
    { source: 'locale', target: 'office', valueMap: { values: { 'sv-SE': 46 } } },
    { source: 'roles.value', target: 'roles', type: 'StringList' },
    { source: 'emails', target: 'allMails' },
    { source: `${ACME}:badge`, target: 'badge', type: 'Integer' },
    { source: `${ACME}:teams`, target: 'teams', type: 'StringList' },
    { constant: true, target: 'origin.directory' },
  ],
  newUserDefaults: [
    { target: 'role', value: 'employee' },
    { target: 'seats', value: 2 },
  ],
  matchExistingBy: ['email', 'badge'],
  users: { onDelete: 'Remove', maxDeactivations: 5 },
  groups: { enabled: false },
  failurePolicy: { window: '90m', action: 'NotifyOnly' },
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scim-cli-show-'));
  await writeFile(join(folder, 'tenant.yaml'), aManifest('acme', EVERYTHING));
});
afterAll(() => rm(folder, { recursive: true }));

test('the mapping is shown with its preset, which a rule of the same target replaces, and all that is said about people', async () => {
  const { code, out, err } = await typeIn(['show', 'team-hr/acme', '--file', 'tenant.yaml'], { folder });
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(out).toBe(String.raw`team-hr/acme, Acme \u001b[31mCorp (tenant.yaml)

   TARGET            SOURCE                                                      TYPE          REQUIRED  TRANSFORM  VALUE MAP
*  login             userName                                                    string        yes
*  active            active                                                      Boolean
*  firstName         name.givenName                                              string
*  lastName          name.familyName                                             string
   email             emails[type eq "work"].value                                string        yes       lower
                     or userName
   contract          userType                                                    string                             "Contractor" -> "external"
                                                                                                                    "Employee" -> "internal"
                                                                                                                    others -> "unknown"
   office            locale                                                      number                             "sv-SE" -> 46
                                                                                                                    others are refused
   roles             roles.value                                                 StringList
   allMails          emails                                                      complex list
   badge             urn:ietf:params:scim:schemas:extension:acme:2.0:User:badge  Integer
   teams             urn:ietf:params:scim:schemas:extension:acme:2.0:User:teams  StringList
   origin.directory  constant true                                               boolean

* of the preset Minimal

New people also get     role = "employee"
                        seats = 2
Existing people         are found by email, then badge
Who is deleted          is removed
Deactivations           at most 5 within 90 minutes; more are told and done all the same
Groups                  are not taken
Taken of a person       userName
                        externalId
                        active
                        name.givenName
                        name.familyName
                        emails
                        userType
                        locale
                        roles
                        urn:ietf:params:scim:schemas:extension:acme:2.0:User:badge
                        urn:ietf:params:scim:schemas:extension:acme:2.0:User:teams
Extensions of your own  urn:ietf:params:scim:schemas:extension:acme:2.0:User
                          badge (integer)
                          teams (string list)
`);
});

test('--json says the same with names that stay', async () => {
  const { code, out } = await typeIn(['show', 'team-hr/acme', '--file', 'tenant.yaml', '--json'], { folder });
  expect(code).toBe(0);
  const plain = { constant: null, type: null, valueType: 'string', required: false, transform: 'none', valueMap: null, ofPreset: false };
  expect(JSON.parse(out)).toEqual({
    tenant: 'team-hr/acme',
    displayName: 'Acme \u001b[31mCorp',
    preset: 'Minimal',
    mapping: [
      { ...plain, target: 'login', sources: ['userName'], required: true, ofPreset: true },
      { ...plain, target: 'active', sources: ['active'], type: 'Boolean', valueType: 'Boolean', ofPreset: true },
      { ...plain, target: 'firstName', sources: ['name.givenName'], ofPreset: true },
      { ...plain, target: 'lastName', sources: ['name.familyName'], ofPreset: true },
      { ...plain, target: 'email', sources: ['emails[type eq "work"].value', 'userName'], required: true, transform: 'lower' },
      {
        ...plain,
        target: 'contract',
        sources: ['userType'],
        valueMap: { values: { Contractor: 'external', Employee: 'internal' }, default: 'unknown' },
      },
      { ...plain, target: 'office', sources: ['locale'], valueType: 'number', valueMap: { values: { 'sv-SE': 46 }, default: null } },
      { ...plain, target: 'roles', sources: ['roles.value'], type: 'StringList', valueType: 'StringList' },
      { ...plain, target: 'allMails', sources: ['emails'], valueType: 'complex list' },
      { ...plain, target: 'badge', sources: [`${ACME}:badge`], type: 'Integer', valueType: 'Integer' },
      { ...plain, target: 'teams', sources: [`${ACME}:teams`], type: 'StringList', valueType: 'StringList' },
      { ...plain, target: 'origin.directory', sources: [], constant: true, valueType: 'boolean' },
    ],
    newUserDefaults: EVERYTHING.newUserDefaults,
    matchExistingBy: ['email', 'badge'],
    users: { onDelete: 'Remove', retentionSeconds: 2_592_000 },
    deactivationGuard: { limit: { kind: 'Count', count: 5 }, windowSeconds: 5_400, refuses: false },
    groups: { enabled: false },
    taken: [
      'userName',
      'externalId',
      'active',
      'name.givenName',
      'name.familyName',
      'emails',
      'userType',
      'locale',
      'roles',
      `${ACME}:badge`,
      `${ACME}:teams`,
    ],
    extensions: [
      {
        schema: ACME,
        attributes: [
          { name: 'badge', type: 'integer', list: false },
          { name: 'teams', type: 'string', list: true },
        ],
      },
    ],
  });
});

describe('of a value that a filter selects, the whole value is taken, and of a complex one what is named', () => {
  test.each([
    [
      ['emails[type eq "work"].value', 'emails[type eq "home"].value'],
      ['emails[type eq "work"]', 'emails[type eq "home"]'],
    ],
    [['emails[type eq "a]b"].value'], ['emails[type eq "a]b"]']],
    [['emails[type eq "work"].value', 'emails.value'], ['emails']],
    [
      ['name.givenName', 'name.familyName'],
      ['name.givenName', 'name.familyName'],
    ],
    [['name.givenName', 'name'], ['name']],
    [[`${ENTERPRISE}:manager.value`], [`${ENTERPRISE}:manager.value`]],
    [['department'], [`${ENTERPRISE}:department`]],
  ])('%j', async (sources, taken) => {
    const file = join(folder, 'taken.yaml');
    await writeFile(file, aManifest('acme', { attributeMapping: sources.map((source, index) => ({ source, target: `field${index}` })) }));
    const { out } = await typeIn(['show', 'team-hr/acme', '--file', file, '--json']);
    expect(JSON.parse(out).taken).toEqual(['userName', 'externalId', 'active', ...taken]);
  });
});

describe('every sample of this repository', () => {
  test('can be shown', async () => {
    const files = (await readdir(SAMPLES)).filter((name) => name.endsWith('.yaml'));
    expect(files.length).toBeGreaterThanOrEqual(2);
    for (const name of files) {
      const manifests = readManifests(await readFile(join(SAMPLES, name), 'utf8'));
      const [tenant] = manifests.readable ? manifests.tenants : [];
      if (!tenant) throw new Error(`${name} has no tenant`);
      const { code, out, err } = await typeIn(['show', tenantKey(tenant), '--file', name], { folder: SAMPLES });
      expect({ name, code, err }).toEqual({ name, code: 0, err: '' });
      expect(out).toContain('TARGET');
    }
  });
});
