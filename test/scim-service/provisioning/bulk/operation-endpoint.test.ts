import { describe, expect, test } from '@jest/globals';
import { compileTenantModel } from '#scim-service/domain/tenant-model.ts';
import { readEndpoint, type OperationEndpoint } from '#scim-service/provisioning/bulk/operation-endpoint.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';

const BASE = 'https://scim.example.com/team-hr/acme/scim/v2';
const model = compileTenantModel(aTenantConfig());

function read(path: string): OperationEndpoint {
  return readEndpoint({ place: 'Operations[3]', method: 'PUT', path, bulkId: null, version: null, data: {} }, model, BASE);
}

describe('the path of an operation', () => {
  test.each(['/Users', '/Users/', 'Users', '//Users', ' /Users ', '/Users?attributes=id'])('%j is that of all users', (path) => {
    expect(read(path)).toEqual({ resources: 'Users', id: null });
  });

  test.each([
    '/Groups/a%2Fb',
    'Groups/a%2Fb/',
    '/v2/Groups/a%2Fb',
    '/scim/v2/Groups/a%2Fb',
    '/team-hr/acme/scim/v2/Groups/a%2Fb',
    `${BASE}/Groups/a%2Fb`,
    `${BASE}//Groups/a%2Fb?excludedAttributes=members`,
  ])('%j is that of one group', (path) => {
    expect(read(path)).toEqual({ resources: 'Groups', id: 'a/b' });
  });

  test.each(['/Users/bulkId:ada', '/Users/bulkId%3Aada'])('%j refers to a user of the same request', (path) => {
    expect(read(path)).toEqual({ resources: 'Users', id: 'bulkId:ada' });
  });

  test('may have a percent sign that encodes nothing', () => {
    expect(read('/Users/100%')).toEqual({ resources: 'Users', id: '100%' });
  });

  test.each([
    '',
    '/',
    '/users',
    '/Me',
    '/Schemas/x',
    '/Users/1/name',
    '/other/tenant/scim/v2/Users',
    'https://scim.example.com/other/tenant/scim/v2/Users/1',
    'https://elsewhere.example.com/team-hr/acme/scim/v2/Users/1',
  ])('%j is not found', (path) => {
    expect(() => read(path)).toThrow(
      expect.objectContaining({
        status: 404,
        message: `Operations[3]: "path" is ${JSON.stringify(path)}, but /Users, /Groups or the path of one of their resources is expected`,
      }),
    );
  });

  test.each(['/Bulk', 'Bulk/', '/scim/v2/Bulk'])('%j would be a bulk request in a bulk request and is refused', (path) => {
    expect(() => read(path)).toThrow(
      expect.objectContaining({ status: 400, scimType: 'invalidSyntax', message: "Operations[3]: a bulk request can't hold another one" }),
    );
  });
});
