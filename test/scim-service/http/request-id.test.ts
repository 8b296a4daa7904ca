import { describe, expect, test } from '@jest/globals';
import { startScimService } from '#test/support/a-scim-service.ts';

describe('the request id', () => {
  test.each([
    ['a-sane_ID.1:2', 'a-sane_ID.1:2'],
    ['x'.repeat(64), 'x'.repeat(64)],
    ['x'.repeat(65), 'request-1'],
    ['two words', 'request-1'],
    ['{"level":"fatal"}', 'request-1'],
    ['', 'request-1'],
    [null, 'request-1'],
  ])('given as %j is %j, in the answer and the log', async (given, expected) => {
    await using service = await startScimService();
    const headers = given === null ? {} : { 'x-request-id': given };
    const { headers: answered } = await service.client.send({ method: 'GET', path: '/Users', headers });

    expect(answered.get('x-request-id')).toBe(expected);
    expect(service.log).toMatchObject([{ requestId: expected }]);
  });

  test('is in errors of every layer, and in answers without a body', async () => {
    await using service = await startScimService();
    const headers = { 'x-request-id': 'mine' };
    const answers = [
      await fetch(`${service.origin}/nowhere`, { headers }),
      await fetch(`${service.client.baseUrl}/Users`, { headers }),
      await fetch(`${service.client.baseUrl}/Users/x`, { headers, method: 'HEAD' }),
    ];

    expect(answers.map((answer) => answer.headers.get('x-request-id'))).toEqual(['mine', 'mine', 'mine']);
  });
});
