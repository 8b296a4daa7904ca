import { expect, test } from '@jest/globals';
import { readScimServiceConfig } from '#scim-service/config.ts';

const LEAST = { MONGODB_URI: 'mongodb://db-0.db:27017/scim' };

test('the database is all that has to be set', () => {
  expect(readScimServiceConfig(LEAST, 'scim-service-7f9c')).toEqual({
    logLevel: 'info',
    http: { host: '0.0.0.0', port: 8080 },
    admin: { host: '0.0.0.0', port: 9090 },
    externalUrl: null,
    docsUrl: null,
    pod: 'scim-service-7f9c',
    kubernetes: { kubeconfig: null, configNamespace: 'scim-operator-config' },
    secrets: { mongodbUri: 'mongodb://db-0.db:27017/scim' },
  });
});

test('every variable is read', () => {
  const set = {
    ...LEAST,
    LOG_LEVEL: 'debug',
    HOST: '::1',
    PORT: '80',
    ADMIN_HOST: '127.0.0.1',
    ADMIN_PORT: '0',
    EXTERNAL_URL: 'https://scim.example.com/',
    DOCS_URL: 'https://docs.example.com/scim/',
    POD_NAME: 'pod-0',
    KUBECONFIG: '/home/me/.kube/config',
    CONFIG_NAMESPACE: 'configs',
  };
  expect(readScimServiceConfig(set, 'host')).toEqual({
    logLevel: 'debug',
    http: { host: '::1', port: 80 },
    admin: { host: '127.0.0.1', port: 0 },
    externalUrl: 'https://scim.example.com',
    docsUrl: 'https://docs.example.com/scim',
    pod: 'pod-0',
    kubernetes: { kubeconfig: '/home/me/.kube/config', configNamespace: 'configs' },
    secrets: { mongodbUri: 'mongodb://db-0.db:27017/scim' },
  });
});

test('all problems are told at once, and no password', () => {
  expect(() => readScimServiceConfig({ MONGODB_URI: 'mongo://user:password@db', DOCS_URL: 'file:///docs' }, 'host')).toThrow(
    `the environment is not usable:
  - DOCS_URL: write an absolute URL that starts with https:// or http://
  - MONGODB_URI: write a connection string such as mongodb://db-0.db:27017/scim?replicaSet=rs0`,
  );
});
