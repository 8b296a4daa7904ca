import { describe, expect, test } from '@jest/globals';
import mongoose from 'mongoose';
import { connectionOptions, requireValidUri } from '#scim-service/persistence/mongo/connection-options.ts';

describe('connectionOptions', () => {
  test.each([
    '',
    '?w=1&journal=false&wtimeoutMS=0',
    '?w=0',
    '?readPreference=secondary&retryWrites=false&retryReads=false',
    '?serverSelectionTimeoutMS=600000&socketTimeoutMS=0',
  ])('asks a majority for its journal, and the primary, whatever the URI says: %j', async (query) => {
    const connection = mongoose.createConnection();
    const attempt = connection
      .openUri(`mongodb://127.0.0.1:1/scim${query}`, connectionOptions('mongodb://127.0.0.1:1/scim'))
      .catch(() => {});
    const { options } = connection.getClient();
    expect(options.writeConcern).toMatchObject({ w: 'majority', journal: true, wtimeoutMS: 5_000 });
    expect(options).toMatchObject({ retryWrites: true, retryReads: true, serverSelectionTimeoutMS: 3_000, socketTimeoutMS: 6_000 });
    expect(options.readPreference.mode).toBe('primary');
    await connection.getClient().close();
    await attempt;
    await connection.destroy();
  });

  test.each([
    ['mongodb://db:27017', 'scim'],
    ['mongodb://db:27017/', 'scim'],
    ['mongodb://ann:x@db-0:27017,db-1:27017/?replicaSet=rs0', 'scim'],
    ['mongodb://db:27017/?appName=a/b', 'scim'],
    ['mongodb+srv://db.example', 'scim'],
    ['mongodb://db:27017/people', undefined],
    ['mongodb://db-0:27017,db-1:27017/people?replicaSet=rs0', undefined],
    ['mongodb+srv://ann:x@db.example/people', undefined],
  ])('for %s give the database %s', (uri, dbName) => {
    expect(connectionOptions(uri).dbName).toBe(dbName);
  });
});

describe('requireValidUri', () => {
  test.each(['mongodb://db:27017', 'mongodb://ann:x@db-0,db-1/people?replicaSet=rs0&tls=true', 'mongodb+srv://db.example/people'])(
    'accepts %s',
    (uri) => {
      expect(() => requireValidUri(uri)).not.toThrow();
    },
  );

  test.each([
    ['mongodb://', /^the MongoDB URI can't be used: /],
    ['http://127.0.0.1/x', /expected connection string to start with "mongodb:\/\/"/],
    ['mongodb://127.0.0.1/x?colour=blue', /colour/],
    ['mongodb://127.0.0.1:none/x', /^the MongoDB URI can't be used: /],
    ['mongodb://ann:p%ssword@127.0.0.1/x', /^(?!.*ssword)/],
    ['mongodb://ann:pass/word@127.0.0.1/x', /^(?!.*word@)/],
  ])('refuses %s with a message that says why, without a password', (uri, message) => {
    expect(() => requireValidUri(uri)).toThrow(message);
  });
});
