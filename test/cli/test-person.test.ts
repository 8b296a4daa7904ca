import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadTenant } from '#cli/load-tenant.ts';
import { tryPerson } from '#cli/person/try-person.ts';
import { ENTRA_PERSON } from '#cli/samples/entra-person.ts';
import { OKTA_PERSON } from '#cli/samples/okta-person.ts';
import type { TenantModel } from '#scim-service/domain/tenant-model.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';
import { startScimService, type ScimServiceUnderTest } from '#test/support/a-scim-service.ts';
import { aManifest, aTerminal, typeIn } from './a-terminal.ts';

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const SPEC = {
  attributeMapping: [
    { source: 'userName', target: 'login', required: true },
    { sources: ['emails[type eq "home"].value', 'emails[type eq "work"].value'], target: 'contact.email', transform: 'lower' },
    { source: `${ENTERPRISE}:employeeNumber`, target: 'number', type: 'Integer', required: true },
    { source: 'userType', target: 'contract', valueMap: { values: { Employee: 'internal' } } },
    { source: 'title', target: 'title' },
    { constant: 'directory', target: 'origin' },
  ],
  newUserDefaults: [{ target: 'contact.language', value: 'en' }],
};

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scim-cli-test-'));
  await writeFile(join(folder, 'tenant.yaml'), aManifest('acme', SPEC));
});
afterAll(() => rm(folder, { recursive: true }));

test('a person who would be accepted is shown as stored, each field with where it comes from', async () => {
  const seen = await typeIn(['test', 'team-hr/acme', '--sample', 'entra', '--file', 'tenant.yaml'], { folder });
  expect(seen).toEqual({
    code: 0,
    err: '',
    out: `team-hr/acme would take the sample person of entra and store

{
  "contact": {
    "language": "en",
    "email": "mira.lindqvist@contoso.example"
  },
  "login": "Mira.Lindqvist@contoso.example",
  "number": 10472,
  "contract": "internal",
  "title": "Safety Engineer",
  "origin": "directory"
}

FIELD             COMES FROM
login             userName
contact.email     emails[type eq "work"].value
number            urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber
contract          userType
title             title
origin            the constant of its rule
contact.language  newUserDefaults, since the mapping left it empty

Ignored, since no rule takes it:
  displayName
  preferredLanguage
  name
  addresses
  phoneNumbers
  roles
  urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department
  urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager
`,
  });
});

const PERSON = { userName: 'kim', title: 'Nurse', [ENTERPRISE]: { employeeNumber: '7' }, favouriteColour: 'blue' };

test('a person who would be refused is told every problem at once, and what would be ignored', async () => {
  const person = { ...PERSON, userType: 'Robot', [ENTERPRISE]: { employeeNumber: 'A-17' }, active: 'perhaps' };
  await writeFile(join(folder, 'person.json'), JSON.stringify(person));
  const seen = await typeIn(['test', 'team-hr/acme', 'person.json', '--file', 'tenant.yaml'], {
    folder,
    environment: { DOCS_URL: 'https://docs.example/' },
  });
  expect(seen).toEqual({
    code: 1,
    err: '',
    out: `team-hr/acme would refuse this person

400 invalidValue: active is "perhaps", but true or false is expected; attribute "${ENTERPRISE}:employeeNumber" (mapped to "number") has the value "A-17", which is not a whole number such as 42 (type Integer); attribute "userType" (mapped to "contract") has the value "Robot", which its valueMap doesn't list: write "Employee" (type String) (see https://docs.example/troubleshooting.md#invalid-value)

Ignored, since no rule takes it:
  favouriteColour
`,
  });
});

test('--json says the same for scripts, and the person may come by standard input', async () => {
  const accepted = await typeIn(['test', 'team-hr/acme', '-', '--file', 'tenant.yaml', '--json'], {
    folder,
    input: JSON.stringify(PERSON),
  });
  expect({ code: accepted.code, out: JSON.parse(accepted.out) }).toEqual({
    code: 0,
    out: {
      tenant: 'team-hr/acme',
      accepted: true,
      person: { contact: { language: 'en' }, login: 'kim', number: 7, title: 'Nurse', origin: 'directory' },
      resource: { userName: 'kim', title: 'Nurse', active: true, [ENTERPRISE]: { employeeNumber: '7' } },
      origins: [
        { target: 'login', from: { kind: 'source', source: 'userName' } },
        { target: 'number', from: { kind: 'source', source: `${ENTERPRISE}:employeeNumber` } },
        { target: 'title', from: { kind: 'source', source: 'title' } },
        { target: 'origin', from: { kind: 'constant' } },
        { target: 'contact.language', from: { kind: 'newUserDefaults' } },
      ],
      ignored: ['favouriteColour'],
      errors: [],
    },
  });
  const refused = await typeIn(['test', 'team-hr/acme', '-', '--file', 'tenant.yaml', '--json'], {
    folder,
    input: '{"userName":"kim","x":1}',
  });
  expect({ code: refused.code, out: JSON.parse(refused.out) }).toEqual({
    code: 1,
    out: {
      tenant: 'team-hr/acme',
      accepted: false,
      person: null,
      resource: null,
      origins: [],
      ignored: ['x'],
      errors: [
        {
          status: 400,
          scimType: 'invalidValue',
          detail: `attribute "${ENTERPRISE}:employeeNumber" (mapped to "number") is required by this tenant and missing (see docs/troubleshooting.md#required-attribute)`,
        },
      ],
    },
  });
});

test('nothing is stored: no file is made', async () => {
  const before = await readdir(folder, { recursive: true });
  await typeIn(['test', 'team-hr/acme', '--sample', 'okta', '--file', 'tenant.yaml'], {
    folder,
    environment: { DATA_FILE: join(folder, 'no.sqlite') },
  });
  expect(await readdir(folder, { recursive: true })).toEqual(before);
});

describe('a person that can not be read is no person that is refused', () => {
  test.each<[string, string, string | Uint8Array, string | RegExp]>([
    ['no JSON', '-', '{"userName":', /^tenant: standard input is not JSON: /],
    ['no UTF-8', '-', Buffer.from([0x22, 0xff, 0x22]), "tenant: standard input can't be read: it is not UTF-8\n"],
    ['no file', 'none.json', '', "tenant: none.json can't be read: there is no such file\n"],
    ['a folder', '.', '', "tenant: . can't be read: EISDIR\n"],
  ])('%s', async (_, path, input, said) => {
    const { code, out, err } = await typeIn(['test', 'team-hr/acme', path, '--file', 'tenant.yaml'], { folder, input });
    expect({ code, out, err }).toEqual({ code: 2, out: '', err: typeof said === 'string' ? said : expect.stringMatching(said) });
    expect(err.trimEnd().split('\n')).toHaveLength(1);
  });
});

describe('what is said is what the service does', () => {
  let service: ScimServiceUnderTest;
  let model: TenantModel;

  beforeAll(async () => {
    ({ model } = await loadTenant('team-hr/acme', join(folder, 'tenant.yaml'), aTerminal().terminal));
    const { mapping, newUserDefaults } = model.config;
    service = await startScimService({ configs: [aTenantConfig({ mapping, newUserDefaults })] });
  });
  afterAll(async () => {
    await service[Symbol.asyncDispose]();
  });

  /** Compares a trial with what the service does. @returns whether the person was accepted */
  async function expectSame(body: unknown): Promise<boolean> {
    const trial = tryPerson(model, body, null);
    const answer = await service.client.send({ method: 'POST', path: '/Users', body: JSON.stringify(body) });
    if (!trial.accepted) {
      const { status, scimType, detail } = answer.body;
      expect(trial.errors).toEqual([{ status: Number(status), scimType: scimType ?? null, detail }]);
      return false;
    }
    expect({ status: answer.status, body: answer.body }).toEqual({ status: 201, body: expect.objectContaining(trial.resource ?? {}) });
    const stored = await service.store.users.findById('team-hr/acme', answer.body.id);
    expect(stored?.person).toEqual(trial.person);
    if (stored) await service.store.users.remove('team-hr/acme', stored.id, stored.version, new Date());
    return true;
  }

  test.each<[string, boolean, unknown]>([
    ['the sample of Entra ID', true, ENTRA_PERSON],
    ['a required attribute is missing', false, { userName: 'kim' }],
    ['two values and a requirement', false, { userName: 'kim', active: 'x', emails: [{ value: 7, type: 'home' }], userType: 'Robot' }],
    ['no userName', false, { [ENTERPRISE]: { employeeNumber: '1' } }],
    ['a list', false, []],
    ['a person too large', false, { ...PERSON, title: 'x'.repeat(300_000) }],
    ['a body too deep', false, JSON.parse(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`)],
    ['the sample of Okta, whose contract has no word', false, OKTA_PERSON],
  ])('%s', async (_, accepted, body) => {
    expect(await expectSame(body)).toBe(accepted);
  });

  test('whatever a directory may send', async () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.array(fc.string(), { maxLength: 2 }));
    const body = fc.record(
      {
        userName: fc.oneof(fc.string({ minLength: 1 }), value),
        title: value,
        userType: fc.oneof(fc.constant('Employee'), value),
        active: value,
        emails: fc.array(fc.record({ type: fc.constantFrom('work', 'home', 'other'), value }, { requiredKeys: [] }), { maxLength: 3 }),
        [ENTERPRISE]: fc.record({ employeeNumber: fc.oneof(fc.integer().map(String), value) }, { requiredKeys: [] }),
        unknown: value,
      },
      { requiredKeys: [] },
    );
    const seen = new Set<boolean>();
    await fc.assert(
      fc.asyncProperty(body, async (sent) => void seen.add(await expectSame(sent))),
      { numRuns: 100 },
    );
    expect(seen).toEqual(new Set([true, false]));
  });
});
