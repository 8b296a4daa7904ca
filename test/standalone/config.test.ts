import { expect, test } from '@jest/globals';
import { BUILT_IN_TOOLS } from '#operator/breaker/tool-managers.ts';
import { readStandaloneConfig } from '#standalone/config.ts';

test('nothing has to be set, and nobody beyond this machine is let in', () => {
  expect(readStandaloneConfig({})).toEqual({
    logLevel: 'info',
    http: { host: '127.0.0.1', port: 8080 },
    admin: { host: '127.0.0.1', port: 9090 },
    externalUrl: null,
    docsUrl: null,
    tenantsDir: 'data/tenants',
    store: { kind: 'sqlite', file: 'data/scim.sqlite' },
    breaker: { dryRun: false, platformEmails: [], tools: [...BUILT_IN_TOOLS] },
    mail: { smtpUrl: null, from: 'scim-operator@localhost' },
  });
});

test('every variable is read', () => {
  const set = {
    LOG_LEVEL: 'warn',
    HOST: '0.0.0.0',
    PORT: '80',
    ADMIN_HOST: '::1',
    ADMIN_PORT: '0',
    EXTERNAL_URL: 'https://scim.example.com/',
    DOCS_URL: 'https://docs.example.com/',
    TENANTS_DIR: '/etc/tenants',
    MONGODB_URI: 'mongodb://db/scim?replicaSet=rs0',
    SMTP_URL: 'smtp://mail.example.com',
    MAIL_FROM: 'scim@example.com',
    BREAKER_DRY_RUN: 'true',
    PLATFORM_EMAILS: 'platform@example.com',
  };
  expect(readStandaloneConfig(set)).toEqual({
    logLevel: 'warn',
    http: { host: '0.0.0.0', port: 80 },
    admin: { host: '::1', port: 0 },
    externalUrl: 'https://scim.example.com',
    docsUrl: 'https://docs.example.com',
    tenantsDir: '/etc/tenants',
    store: { kind: 'mongodb', uri: 'mongodb://db/scim?replicaSet=rs0' },
    breaker: { dryRun: true, platformEmails: ['platform@example.com'], tools: [...BUILT_IN_TOOLS] },
    mail: { smtpUrl: 'smtp://mail.example.com', from: 'scim@example.com' },
  });
  expect(readStandaloneConfig({ DATA_FILE: '/var/lib/scim.sqlite' }).store).toEqual({ kind: 'sqlite', file: '/var/lib/scim.sqlite' });
});

test('all problems are told at once, those between variables among them, and no password', () => {
  const set = { PORT: '8o80', DATA_FILE: 'x', MONGODB_URI: 'mongo://user:password@db', SMTP_URL: 'smtp://mail.example.com' };
  expect(() => readStandaloneConfig(set)).toThrow(
    `the environment is not usable:
  - PORT: "8o80" is not usable; write a port from 0 to 65535
  - MONGODB_URI: write a connection string such as mongodb://db-0.db:27017/scim?replicaSet=rs0
  - MAIL_FROM is not set: SMTP_URL needs a sender, write an e-mail address such as scim@example.com
  - DATA_FILE and MONGODB_URI are both set: people are kept in one of them, unset the other`,
  );
});
