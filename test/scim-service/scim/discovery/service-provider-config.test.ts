import { expect, test } from '@jest/globals';
import { serviceProviderConfig } from '#scim-service/scim/discovery/service-provider-config.ts';

test('what the service can do is told, and what it cannot do is not claimed', () => {
  expect(serviceProviderConfig('https://scim.example.com/t/scim/v2', { maxOperations: 10, maxPayloadSize: 1000 })).toMatchObject({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    patch: { supported: true },
    bulk: { supported: true, maxOperations: 10, maxPayloadSize: 1000 },
    filter: { supported: true, maxResults: 200 },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    pagination: { cursor: true, index: true, defaultPaginationMethod: 'index', defaultPageSize: 100, maxPageSize: 200, cursorTimeout: 600 },
    authenticationSchemes: [{ type: 'oauthbearertoken', primary: true }],
    meta: { resourceType: 'ServiceProviderConfig', location: 'https://scim.example.com/t/scim/v2/ServiceProviderConfig' },
  });
});
