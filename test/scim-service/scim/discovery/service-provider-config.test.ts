import { expect, test } from '@jest/globals';
import { serviceProviderConfig } from '#scim-service/scim/discovery/service-provider-config.ts';

test('what the service can do is told, and what it cannot do is not claimed', () => {
  expect(serviceProviderConfig('https://scim.example.com/t/scim/v2')).toMatchObject({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    patch: { supported: true },
    bulk: { supported: false },
    filter: { supported: true, maxResults: 200 },
    changePassword: { supported: false },
    sort: { supported: false },
    etag: { supported: true },
    authenticationSchemes: [{ type: 'oauthbearertoken', primary: true }],
    meta: { resourceType: 'ServiceProviderConfig', location: 'https://scim.example.com/t/scim/v2/ServiceProviderConfig' },
  });
});
