import { describe, expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import type { PresetName } from '#operator/api/scim-tenant-spec.ts';
import { compileMapping } from '#operator/reconcile/compile-mapping.ts';
import { projectRules } from '#scim-service/domain/project-person.ts';
import { selectAttributes } from '#scim-service/domain/select-attributes.ts';
import { compileTenantModel, type TenantModel } from '#scim-service/domain/tenant-model.ts';
import { applyPatch } from '#scim-service/scim/patch/apply-patch.ts';
import { parsePatch } from '#scim-service/scim/patch/parse-patch.ts';
import { readResource } from '#scim-service/scim/resource/read-resource.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';
import { aSpec } from '#test/support/a-tenant.ts';

interface WireRequest {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
}

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/** What Entra ID sends only after an admin added it to the attribute mappings, or its validator does. */
const ADDED_IN_ENTRA: ReadonlySet<string> = new Set([
  'emails',
  'emails[type eq "home"]',
  'entitlements',
  'nickName',
  'phoneNumbers',
  'roles',
  'timezone',
  'userType',
  `${ENTERPRISE}:costCenter`,
  `${ENTERPRISE}:organization`,
]);

async function userWrites(client: 'entra' | 'okta'): Promise<readonly WireRequest[]> {
  const requests: readonly WireRequest[] = JSON.parse(await readFile(`test/fixtures/wire/${client}.json`, 'utf8'));
  const writes = requests.filter(({ path, body }) => body !== null && path.startsWith('/Users'));
  expect(writes.length).toBeGreaterThan(4);
  return writes;
}

function modelOf(preset: PresetName): TenantModel {
  const { rules, problems } = compileMapping(aSpec({ preset, attributeMapping: [] }));
  expect(problems).toEqual([]);
  return compileTenantModel(aTenantConfig({ mapping: [...rules], newUserDefaults: [] }));
}

function received({ method, body }: WireRequest, { schemas }: TenantModel) {
  if (method !== 'PATCH') return readResource(body, schemas);
  const { operations, ignored } = parsePatch(body, schemas);
  return { resource: applyPatch({ userName: 'ada' }, operations, schemas), ignored };
}

/** Name of the request -> what of it the tenant doesn't take. */
async function ignoredOf(client: 'entra' | 'okta', preset: PresetName): Promise<readonly [name: string, path: string][]> {
  const model = modelOf(preset);
  return (await userWrites(client)).flatMap((request) => {
    const { resource, ignored } = received(request, model);
    const { dropped } = selectAttributes(resource, model.selection);
    return [...ignored, ...dropped].map((path): [string, string] => [request.name, path]);
  });
}

describe('EntraDefault', () => {
  test('ignores nothing that Entra ID sends by default', async () => {
    const ignored = await ignoredOf('entra', 'EntraDefault');
    expect(ignored.filter(([, path]) => !ADDED_IN_ENTRA.has(path))).toEqual([]);
    // Each name that is excused is one that comes.
    expect(new Set(ignored.map(([, path]) => path))).toEqual(ADDED_IN_ENTRA);
  });

  test('makes a record of a person with all default mappings', async () => {
    const request = (await userWrites('entra')).find(({ name }) => name === 'create-user-all-default-mappings-manager-string');
    const model = modelOf('EntraDefault');
    const { person, problems } = projectRules(received(request!, model).resource, model.rules);
    expect(problems).toEqual([]);
    expect(person).toMatchObject({
      login: expect.any(String),
      active: true,
      managerId: expect.any(String),
      address: { office: expect.any(String) },
    });
  });
});

describe('OktaDefault', () => {
  test('ignores nothing that Okta sends by default', async () => {
    expect(await ignoredOf('okta', 'OktaDefault')).toEqual([]);
  });

  test('takes the primary mail, whatever type an admin chose for it', () => {
    const model = modelOf('OktaDefault');
    const resource = {
      userName: 'ada',
      emails: [
        { type: 'work', value: 'w@x' },
        { type: 'home', value: 'h@x', primary: true },
      ],
    };
    expect(projectRules(resource, model.rules).person).toMatchObject({ email: 'h@x' });
  });
});

describe('Minimal', () => {
  test.each(['entra', 'okta'] as const)('makes a record of everybody whom %s creates', async (client) => {
    const model = modelOf('Minimal');
    for (const request of (await userWrites(client)).filter(({ method }) => method === 'POST')) {
      const { problems, person } = projectRules(received(request, model).resource, model.rules);
      expect({ request: request.name, problems, login: person['login'] }).toEqual({
        request: request.name,
        problems: [],
        login: expect.any(String),
      });
    }
  });
});
