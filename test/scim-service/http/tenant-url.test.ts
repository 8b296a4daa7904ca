import { describe, expect, test } from '@jest/globals';
import { startScimService } from '#test/support/a-scim-service.ts';
import { bodyOf, sendRaw } from '#test/support/raw-http.ts';

const request = (headers: string): string =>
  `GET /team-hr/acme/scim/v2/ServiceProviderConfig HTTP/1.1\r\nAuthorization: Bearer token\r\nConnection: close\r\n${headers}\r\n`;

describe('URLs in answers', () => {
  test('begin with the external URL, whatever the request says', async () => {
    await using service = await startScimService({ externalUrl: 'https://scim.example.com/base' });
    const body = bodyOf(await sendRaw(service.port, request('Host: evil.example\r\n')));

    expect(body).toMatchObject({ meta: { location: 'https://scim.example.com/base/team-hr/acme/scim/v2/ServiceProviderConfig' } });
  });

  test('begin with the Host of the request when there is none, and never with a forwarding header', async () => {
    await using service = await startScimService();
    const forwarded = 'X-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: https\r\nForwarded: host=evil.example\r\n';
    const body = bodyOf(await sendRaw(service.port, request(`Host: scim.local:8080\r\n${forwarded}`)));

    expect(body).toMatchObject({ meta: { location: 'http://scim.local:8080/team-hr/acme/scim/v2/ServiceProviderConfig' } });
  });
});
