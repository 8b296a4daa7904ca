import { describe, expect, test } from '@jest/globals';
import { MAX_BULK_OPERATIONS, readBulk } from '#scim-service/provisioning/bulk/read-bulk.ts';

const POST = { method: 'POST', path: '/Users', bulkId: 'ada', data: { userName: 'ada' } };

describe('a bulk request', () => {
  test('is read with everything that it says', () => {
    const body = {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
      failOnErrors: 2,
      Operations: [POST, { method: 'DELETE', path: '/Users/1', version: 'W/"3"' }],
    };
    expect(readBulk(body)).toEqual({
      failOnErrors: 2,
      operations: [
        { place: 'Operations[0]', method: 'POST', path: '/Users', bulkId: 'ada', version: null, data: { userName: 'ada' } },
        { place: 'Operations[1]', method: 'DELETE', path: '/Users/1', bulkId: null, version: 'W/"3"', data: undefined },
      ],
    });
  });

  test.each([
    ['members and methods in another case', { operations: [{ Method: 'post', Path: '/Users', BulkID: 'ada', Data: {} }] }],
    ['null for what is not there', { failOnErrors: null, Operations: [{ ...POST, version: null, data: {} }] }],
    ['no schemas', { Operations: [{ ...POST, data: {} }] }],
  ])('may have %s', (_, body) => {
    const operation = { place: 'Operations[0]', method: 'POST', path: '/Users', bulkId: 'ada', version: null, data: {} };
    expect(readBulk(body)).toEqual({ failOnErrors: null, operations: [operation] });
  });

  test('may have no operations, a POST without bulkId, and one bulkId for a POST and what follows it', () => {
    expect(readBulk({ Operations: [] }).operations).toEqual([]);
    const follower = { method: 'PATCH', path: '/Users/bulkId:ada', bulkId: 'ada', data: {} };
    expect(readBulk({ Operations: [{ ...POST, bulkId: undefined }, POST, follower] }).operations.map(({ bulkId }) => bulkId)).toEqual([
      null,
      'ada',
      'ada',
    ]);
  });

  test('may have the list of operations of a PATCH as its data, as the example of the RFC does', () => {
    const list = [{ op: 'remove', path: 'title' }];
    const { operations } = readBulk({ Operations: [{ method: 'PATCH', path: '/Users/1', data: list }] });
    expect(operations[0]?.data).toEqual({ Operations: list });
  });

  test.each([
    ['nothing', undefined, 'The body is nothing, but a BulkRequest object with "Operations" is expected'],
    ['a list', [POST], 'The body is a list of 1 value, but a BulkRequest object with "Operations" is expected'],
    ['no operations', {}, '"Operations" is nothing, but a list of operations with "method", "path" and "data" is expected'],
    [
      'operations that are no list',
      { Operations: POST },
      '"Operations" is an object, but a list of operations with "method", "path" and "data" is expected',
    ],
    ['text as operation', { Operations: [POST, 'x'] }, 'Operations[1] is "x", but an object with "method", "path" and "data" is expected'],
    ['no method', { Operations: [{ path: '/Users' }] }, 'Operations[0]: "method" is nothing, but POST, PUT, PATCH or DELETE is expected'],
    [
      'a path that is no text',
      { Operations: [{ ...POST, path: 7 }] },
      'Operations[0]: "path" is 7, but a path such as "/Users" is expected',
    ],
    ['a bulkId that is no text', { Operations: [{ ...POST, bulkId: 7 }] }, 'Operations[0]: "bulkId" is 7, but text is expected'],
    [
      'a version that is no text',
      { Operations: [{ ...POST, version: {} }] },
      'Operations[0]: "version" is an object, but text is expected',
    ],
    [
      'one bulkId for two resources',
      { Operations: [POST, { ...POST, path: '/Groups' }] },
      'Operations[1]: "bulkId" "ada" is that of Operations[0] already; each POST needs its own',
    ],
    ...[0, -1, 1.5, '1', true].map((failOnErrors): [string, unknown, string] => [
      `failOnErrors ${JSON.stringify(failOnErrors)}`,
      { failOnErrors, Operations: [POST] },
      `"failOnErrors" is ${JSON.stringify(failOnErrors)}, but a whole number from 1 is expected, or nothing to go on always`,
    ]),
  ])('is refused whole with %s', (_, body, message) => {
    expect(() => readBulk(body)).toThrow(expect.objectContaining({ status: 400, scimType: 'invalidSyntax', message }));
  });

  test('is refused whole when it nests without end', () => {
    let data: unknown = 'x';
    for (let depth = 0; depth < 100_000; depth += 1) data = { a: data };
    expect(() => readBulk({ Operations: [{ ...POST, data }] })).toThrow(
      expect.objectContaining({ status: 400, scimType: 'invalidSyntax' }),
    );
  });

  test('has at most 1,000 operations, and one that has more is told so', () => {
    const operations = Array.from({ length: MAX_BULK_OPERATIONS }, () => ({ method: 'DELETE', path: '/Users/1' }));
    expect(readBulk({ Operations: operations }).operations).toHaveLength(1000);
    expect(() => readBulk({ Operations: [...operations, POST] })).toThrow(
      expect.objectContaining({
        status: 413,
        scimType: null,
        message: 'the bulk request is too large: it has 1001 operations; at most 1000 (maxOperations) are accepted',
      }),
    );
  });
});
