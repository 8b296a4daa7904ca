import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { isInvalidSpec } from '#operator/api/scim-tenant.ts';
import { compileMapping } from '#operator/reconcile/compile-mapping.ts';
import { DirectoryCluster } from '#standalone/directory-cluster/directory-cluster.ts';
import { seedTenants } from '#standalone/seed-tenants.ts';

let base: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'scim-seed-'));
});
afterEach(() => rm(base, { recursive: true }));

describe('seedTenants', () => {
  test('puts a tenant that works as it is and a token of its own into a folder that is missing', async () => {
    const folder = join(base, 'data', 'tenants');
    expect(await seedTenants(folder)).toEqual({ key: 'team-hr/acme', secretFile: join(folder, 'team-hr.acme-scim-token.yaml') });

    const cluster = await DirectoryCluster.open({ folder, logger: pino({ level: 'silent' }) });
    const tenant = await cluster.tenant('team-hr/acme');
    if (!tenant || isInvalidSpec(tenant.spec)) throw new Error(`not usable: ${JSON.stringify(tenant?.spec)}`);
    const { spec } = tenant;
    expect(compileMapping(spec).problems).toEqual([]);
    expect(spec.attributeMapping.map(({ source }) => source)).toEqual(
      expect.arrayContaining([
        'userName',
        'emails[type eq "work"].value',
        'name.givenName',
        'name.familyName',
        'title',
        'phoneNumbers[type eq "mobile"].value',
        'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department',
        'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber',
        'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value',
      ]),
    );
    const secret = await cluster.tokenSecret('team-hr', spec.tokenSecretRef.name);
    expect(secret?.data[spec.tokenSecretRef.key]).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  test('keeps the token from other users of the machine', async () => {
    const seeded = await seedTenants(base);
    expect((await stat(seeded!.secretFile)).mode & 0o777).toBe(0o600);
  });

  test('makes another token each time', async () => {
    const tokens = await Promise.all(
      ['one', 'two'].map(async (name) => readFile((await seedTenants(join(base, name)))!.secretFile, 'utf8')),
    );
    expect(tokens[0]).not.toBe(tokens[1]);
  });

  test.each(['acme.yaml', 'notes.txt', '.state'])('leaves a folder alone that holds %s', async (name) => {
    await writeFile(join(base, name), '');
    expect(await seedTenants(base)).toBeNull();
    expect(await readdir(base)).toEqual([name]);
  });

  test('leaves its own tenant alone at the second start', async () => {
    await seedTenants(base);
    expect(await seedTenants(base)).toBeNull();
  });
});
