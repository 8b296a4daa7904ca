import { describe, expect, test } from '@jest/globals';
import { requireReplicaSet } from '#scim-service/persistence/mongo/require-replica-set.ts';

describe('requireReplicaSet', () => {
  test.each([
    ['a member of a replica set', { isWritablePrimary: true, setName: 'rs0', hosts: ['db:27017'] }],
    ['a secondary', { isWritablePrimary: false, secondary: true, setName: 'rs0' }],
    ['a router of a sharded cluster', { isWritablePrimary: true, msg: 'isdbgrid' }],
  ])('accepts %s', (_, hello) => {
    expect(() => requireReplicaSet(hello, 'db:27017')).not.toThrow();
  });

  test.each([
    ['a standalone server', { isWritablePrimary: true, maxWireVersion: 21, ok: 1 }],
    ['one that says something else', { msg: 'hello', setName: null }],
    ['one that says nothing', {}],
  ])('refuses %s with the commands that make it a replica set', (_, hello) => {
    expect(() => requireReplicaSet(hello, 'db:27017')).toThrow(
      expect.objectContaining({
        code: 'standalone_server',
        message:
          'the MongoDB server at db:27017 is standalone, and this service needs a replica set (one node is enough). ' +
          'Start it with `mongod --replSet rs0` (or replication.replSetName in mongod.conf), then run once: ' +
          'mongosh "mongodb://db:27017/?directConnection=true" --eval "rs.initiate()"',
      }),
    );
  });

  test('tells a set that was not initiated apart, since it needs no restart', () => {
    expect(() => requireReplicaSet({ isreplicaset: true, isWritablePrimary: false }, 'db:27017')).toThrow(
      expect.objectContaining({ code: 'uninitiated_replica_set', message: expect.stringContaining('rs.initiate()') }),
    );
  });
});
