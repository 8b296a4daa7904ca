import { expect, test } from '@jest/globals';
import { BUILT_IN_TOOLS } from '#operator/breaker/tool-managers.ts';
import { readOperatorConfig } from '#operator/config.ts';

const LEAST = { EXTERNAL_URL: 'https://scim.example.com/' };

test('the base URL is all that has to be set', () => {
  expect(readOperatorConfig(LEAST, 'operator-7f9c')).toEqual({
    logLevel: 'info',
    admin: { host: '0.0.0.0', port: 9090 },
    externalUrl: 'https://scim.example.com',
    docsUrl: null,
    kubernetes: {
      kubeconfig: null,
      configNamespace: 'scim-operator-config',
      watchNamespaces: null,
      tokenSecrets: null,
      namespace: null,
      serviceName: 'scim-service',
      identity: 'operator-7f9c',
    },
    breaker: { dryRun: false, platformEmails: [], tools: [...BUILT_IN_TOOLS] },
    mail: { smtpUrl: null, from: 'scim-operator@localhost' },
    deletionTimeoutMs: 600_000,
  });
});

test('every variable is read', () => {
  const set = {
    LOG_LEVEL: 'debug',
    ADMIN_HOST: '::1',
    ADMIN_PORT: '0',
    EXTERNAL_URL: 'http://localhost:8080',
    DOCS_URL: 'https://docs.example.com/scim/',
    KUBECONFIG: '/home/me/.kube/config',
    CONFIG_NAMESPACE: 'configs',
    WATCH_NAMESPACES: 'team-hr,team-it',
    TOKEN_SECRETS: 'acme-scim-token, contoso.token',
    POD_NAMESPACE: 'scim',
    SERVICE_NAME: 'service',
    POD_NAME: 'operator-0',
    TOOL_FIELD_MANAGERS: 'ci-*, deployer,!helm',
    BREAKER_DRY_RUN: 'true',
    PLATFORM_EMAILS: 'platform@example.com, oncall@example.com',
    SMTP_URL: 'smtps://user:password@mail.example.com',
    MAIL_FROM: 'scim@example.com',
    DELETION_TIMEOUT: '1h30m',
  };
  expect(readOperatorConfig(set, 'host')).toEqual({
    logLevel: 'debug',
    admin: { host: '::1', port: 0 },
    externalUrl: 'http://localhost:8080',
    docsUrl: 'https://docs.example.com/scim',
    kubernetes: {
      kubeconfig: '/home/me/.kube/config',
      configNamespace: 'configs',
      watchNamespaces: ['team-hr', 'team-it'],
      tokenSecrets: ['acme-scim-token', 'contoso.token'],
      namespace: 'scim',
      serviceName: 'service',
      identity: 'operator-0',
    },
    breaker: {
      dryRun: true,
      platformEmails: ['platform@example.com', 'oncall@example.com'],
      tools: [...BUILT_IN_TOOLS.filter((tool) => tool !== 'helm'), 'ci-*', 'deployer'],
    },
    mail: { smtpUrl: 'smtps://user:password@mail.example.com', from: 'scim@example.com' },
    deletionTimeoutMs: 5_400_000,
  });
});

test('all problems are told at once, a sender that is missing beside a mail server among them', () => {
  const set = {
    LOG_LEVEL: 'loud',
    ADMIN_PORT: '99999',
    DOCS_URL: 'docs/',
    WATCH_NAMESPACES: 'Team_HR',
    DELETION_TIMEOUT: '10 min',
    TOOL_FIELD_MANAGERS: 'a b',
    BREAKER_DRY_RUN: 'yes',
    PLATFORM_EMAILS: 'platform',
    SMTP_URL: 'smtp://mail.example.com',
  };
  expect(() => readOperatorConfig(set, 'host')).toThrow(
    `the environment is not usable:
  - LOG_LEVEL: "loud" is not usable; write one of fatal, error, warn, info, debug, trace, silent
  - ADMIN_PORT: "99999" is not usable; write a port from 0 to 65535
  - EXTERNAL_URL is not set: write an absolute URL that starts with https:// or http://
  - DOCS_URL: write an absolute URL that starts with https:// or http://
  - WATCH_NAMESPACES: "Team_HR" is not usable; write a name of at most 63 lower-case letters, digits and dashes, such as team-hr
  - DELETION_TIMEOUT: "10 min" is not usable; write a duration of at most 87600h such as 10m or 1h30m
  - TOOL_FIELD_MANAGERS: write names of field managers, such as ci-deployer or ci-*, with commas between them
  - BREAKER_DRY_RUN: "yes" is not usable; write true or false
  - PLATFORM_EMAILS: write e-mail addresses such as scim@example.com, with commas between them
  - MAIL_FROM is not set: SMTP_URL needs a sender, write an e-mail address such as scim@example.com`,
  );
});

test.each([
  [
    { TOKEN_SECRETS: 'acme-scim-token' },
    'WATCH_NAMESPACES is not set: TOKEN_SECRETS names Secrets of certain namespaces, write those, such as team-hr',
  ],
  [
    { TOKEN_SECRETS: 'Acme Token', WATCH_NAMESPACES: 'team-hr' },
    'TOKEN_SECRETS: "Acme Token" is not usable; write a name of at most 253 lower-case letters, digits, dashes and dots, such as acme-scim-token',
  ],
])('names of Secrets without their namespaces, or that are none, are refused: %j', (set, problem) => {
  expect(() => readOperatorConfig({ ...LEAST, ...set }, 'host')).toThrow(`the environment is not usable:\n  - ${problem}`);
});

test('a tool that is taken away and is none is told by name', () => {
  expect(() => readOperatorConfig({ ...LEAST, TOOL_FIELD_MANAGERS: '!helmm' }, 'host')).toThrow(
    `TOOL_FIELD_MANAGERS: "!helmm" takes nothing away; the built-in tools are ${BUILT_IN_TOOLS.join(', ')}`,
  );
});
