import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';
import { CLOSED_BREAKER, NO_TOKEN, type ScimTenantStatus } from '#operator/api/scim-tenant-status.ts';
import { scimTenantSpecSchema } from '#operator/api/scim-tenant-spec.ts';
import { startApiServer, type ApiServer } from '#test/support/api-server.ts';
import type { KubernetesAnswer, KubernetesRequest } from '#test/support/kubernetes-request.ts';
import { waitUntil } from '#test/support/wait-until.ts';

const TENANTS = '/apis/scim-operator.dev/v1alpha1/namespaces/team-hr/scimtenants';

let server: ApiServer;

function send(method: string, path: string, options: Omit<KubernetesRequest, 'method' | 'path'> = {}): Promise<KubernetesAnswer> {
  return server.send({ method, path, ...options });
}

beforeAll(async () => {
  server = await startApiServer();
  const crd = await readFile('crds/scimtenants.yaml', 'utf8');
  const created = await send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions?fieldValidation=Strict', {
    body: crd,
    contentType: 'application/yaml',
  });
  expect(created).toMatchObject({ status: 201 });
  await send('POST', '/api/v1/namespaces', { body: { metadata: { name: 'team-hr' } } });
  await waitUntil(async () => (await send('GET', TENANTS)).status === 200, { what: 'the kind ScimTenant' });
}, 120_000);

afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
});

const RULE = { source: 'userName', target: 'login' };

function tenant(spec: Record<string, unknown> = {}, metadata: Record<string, unknown> = {}) {
  return {
    apiVersion: 'scim-operator.dev/v1alpha1',
    kind: 'ScimTenant',
    metadata: { name: 'acme', ...metadata },
    spec: { tokenSecretRef: { name: 'acme-scim-token' }, attributeMapping: [RULE], ...spec },
  };
}

/** With one rule, whose target is `title`. */
function aMapping(rule: Record<string, unknown>) {
  return tenant({ attributeMapping: [{ target: 'title', ...rule }] });
}

/** What `kubectl apply --dry-run=server` would answer. */
function tryOut(object: unknown) {
  return send('POST', `${TENANTS}?dryRun=All&fieldValidation=Strict`, { body: object });
}

describe('accepted', () => {
  test('each sample, as it stands', async () => {
    const accepted: string[] = [];
    for (const file of await readdir('crds/samples')) {
      for (const document of parseAllDocuments(await readFile(`crds/samples/${file}`, 'utf8'))) {
        const object = document.toJS();
        const path = object.kind === 'Secret' ? '/api/v1/namespaces/team-hr/secrets' : TENANTS;
        const { status, body } = await send('POST', `${path}?dryRun=All&fieldValidation=Strict`, { body: object });
        expect({ file, status, message: body.message }).toEqual({ file, status: 201, message: undefined });
        accepted.push(object.metadata.name);
      }
    }
    expect(accepted.sort()).toEqual(['acme', 'acme-scim-token', 'alarm', 'contoso', 'facility', 'guard', 'portal']);
  });

  test('the smallest spec, which gets the same defaults as the code gives', async () => {
    const { status, body } = await tryOut(tenant());
    expect(status).toBe(201);
    expect(body.spec).toEqual(scimTenantSpecSchema.parse(tenant().spec));
    expect(body.status).toEqual({ observedGeneration: -1 });
  });

  test('groups left empty, which get their defaults too', async () => {
    const { status, body } = await tryOut(tenant({ failurePolicy: null, rateLimit: {}, users: null }));
    expect(status).toBe(201);
    expect(body.spec).toEqual(scimTenantSpecSchema.parse(tenant().spec));
  });

  test.each<[string, Record<string, unknown>]>([
    ['several sources', { sources: ['title', 'userType'] }],
    ...['text', 7, 1.5, true, false, ''].map((constant): [string, Record<string, unknown>] => [
      `the constant ${JSON.stringify(constant)}`,
      { constant },
    ]),
    ['a constant with all that it may have', { constant: 'x', type: 'StringList', required: false, transform: 'none' }],
    ['a value map', { source: 'userType', transform: 'lower', valueMap: { values: { a: 'b', '1': 2, true: false }, default: 0 } }],
    ['a value map without a default', { source: 'userType', valueMap: { values: { 'Full time': 'full' } } }],
  ])('%s, which the code reads alike', async (_name, rule) => {
    const object = aMapping(rule);
    const { status, body } = await tryOut(object);
    expect({ status, message: body.message }).toEqual({ status: 201, message: undefined });
    expect(body.spec).toEqual(scimTenantSpecSchema.parse(object.spec));
  });

  test('a preset alone, which shows nothing but its name', async () => {
    const { status, body } = await tryOut(tenant({ preset: 'EntraDefault', attributeMapping: undefined, matchExistingBy: ['email'] }));
    expect({ status, message: body.message }).toEqual({ status: 201, message: undefined });
    expect(body.spec).toMatchObject({ preset: 'EntraDefault', attributeMapping: [] });
  });

  test.each([[1], [1_000_000], ['1%'], ['30%'], ['100%']])(
    '%j deactivations at most, which the code reads alike',
    async (maxDeactivations) => {
      const object = tenant({ users: { maxDeactivations } });
      const { status, body } = await tryOut(object);
      expect({ status, message: body.message }).toEqual({ status: 201, message: undefined });
      expect(body.spec).toEqual(scimTenantSpecSchema.parse(object.spec));
    },
  );

  test('a default for the field of a rule too', async () => {
    const { status, body } = await tryOut(tenant({ newUserDefaults: [{ target: 'login', value: 'unknown' }] }));
    expect({ status, message: body.message }).toEqual({ status: 201, message: undefined });
  });

  test.each([['text'], [7], [1.5], [true], [false], ['']])('%j as the default value of a new person', async (value) => {
    const { status, body } = await tryOut(tenant({ newUserDefaults: [{ target: 'role', value }] }));
    expect(status).toBe(201);
    expect(body.spec.newUserDefaults).toEqual([{ target: 'role', value }]);
  });

  test.each([
    ['the longest targets', (index: number) => `${'a'.repeat(150)}.${'b'.repeat(45)}${index}`],
    ['targets of every length', (index: number) => `a${'b'.repeat(index)}`.slice(0, 200)],
    ['targets that are nearly parents', (index: number) => `${'a'.repeat(100)}.b${'b'.repeat(index)}`.slice(0, 200)],
  ])('the largest mapping that the schema allows, within the cost limit of its rules: %s', async (_name, target) => {
    const attributeMapping = [...new Set(Array.from({ length: 200 }, (_, index) => target(index)))].map((target) => ({
      source: 'title',
      target,
    }));
    const matchExistingBy = attributeMapping.slice(-10).map((rule) => rule.target);
    const { status, body } = await tryOut(tenant({ attributeMapping, matchExistingBy }));
    expect({ status, message: body.message }).toEqual({ status: 201, message: undefined });
  });
});

describe('refused, in words that say what to write', () => {
  const LONG_NAME = `a${'b'.repeat(63)}`;
  test.each<[string, ReturnType<typeof tenant>, string]>([
    ['no mapping', tenant({ attributeMapping: undefined }), 'write the rules of attributeMapping, or a preset such as EntraDefault'],
    ['an empty mapping', tenant({ attributeMapping: [] }), 'write the rules of attributeMapping, or a preset such as EntraDefault'],
    ['an unknown preset', tenant({ preset: 'Entra' }), 'supported values: "EntraDefault", "OktaDefault", "Minimal"'],
    [
      'a rule that takes nothing',
      aMapping({}),
      'spec.attributeMapping[0]: Invalid value: write exactly one of source, sources and constant',
    ],
    [
      'a rule with source and sources',
      aMapping({ source: 'title', sources: ['title'] }),
      'write exactly one of source, sources and constant',
    ],
    [
      'a rule with source and constant',
      aMapping({ source: 'title', constant: false }),
      'write exactly one of source, sources and constant',
    ],
    [
      'a rule with sources and constant',
      aMapping({ sources: ['title'], constant: '' }),
      'write exactly one of source, sources and constant',
    ],
    [
      'a rule without any of its sources',
      aMapping({ sources: [] }),
      'spec.attributeMapping[0].sources in body should have at least 1 items',
    ],
    ...[{ required: true }, { transform: 'lower' }, { valueMap: { values: { a: 'b' } } }].map(
      (part): [string, ReturnType<typeof tenant>, string] => [
        `a constant with ${Object.keys(part)[0]}`,
        aMapping({ constant: 'x', ...part }),
        'a constant is the same for everybody; write it without required, transform and valueMap',
      ],
    ),
    ['a constant that is a list', aMapping({ constant: ['x'] }), 'spec.attributeMapping[0].constant: Too many: 1'],
    ['a constant that is an object', aMapping({ constant: { a: 1 } }), 'spec.attributeMapping[0].constant'],
    ['an unknown transform', aMapping({ source: 'title', transform: 'title' }), 'supported values: "none", "lower", "upper", "trim"'],
    ['a value map without values', aMapping({ source: 'title', valueMap: { default: 'x' } }), 'valueMap.values: Required value'],
    [
      'a value map to lists',
      aMapping({ source: 'title', valueMap: { values: { a: ['b'] } } }),
      'spec.attributeMapping[0].valueMap.values.a: Too many: 1',
    ],
    [
      'a value map to objects',
      aMapping({ source: 'title', valueMap: { values: { a: { b: 1 } } } }),
      'spec.attributeMapping[0].valueMap.values.a',
    ],
    [
      'a value map with a list by default',
      aMapping({ source: 'title', valueMap: { values: {}, default: ['x'] } }),
      'spec.attributeMapping[0].valueMap.default: Too many: 1',
    ],
    ['no token', tenant({ tokenSecretRef: undefined }), 'spec.tokenSecretRef: Required value'],
    ['a token without a Secret', tenant({ tokenSecretRef: { key: 'token' } }), 'spec.tokenSecretRef.name: Required value'],
    [
      'a Secret by an impossible name',
      tenant({ tokenSecretRef: { name: '../Token' } }),
      'spec.tokenSecretRef.name: Invalid value: "../Token": write the name of a Secret in lower case, such as acme-scim-token',
    ],
    [
      'an impossible key',
      tenant({ tokenSecretRef: { name: 'a', key: 'a/b' } }),
      `write a key of the Secret, made of letters, digits, '-', '_' and '.', such as token`,
    ],
    ['a mistyped field', tenant({ enable: true }), 'unknown field "spec.enable"'],
    ['a field of another type', tenant({ enabled: 'yes' }), 'spec.enabled in body must be of type boolean: "string"'],
    [
      'a target that is no field',
      tenant({ attributeMapping: [{ source: 'userName', target: 'e-mail' }] }),
      'spec.attributeMapping[0].target: Invalid value: "e-mail": write a field of your record such as email or contact.email',
    ],
    [
      'one target twice',
      tenant({ attributeMapping: [RULE, { source: 'title', target: 'login' }] }),
      'spec.attributeMapping[1]: Duplicate value: {"target":"login"}',
    ],
    [
      'a target inside another one',
      tenant({ attributeMapping: [RULE, { source: 'title', target: 'login.name' }] }),
      'a target of attributeMapping is also the parent of another one (such as contact and contact.email)',
    ],
    [
      'an unknown type',
      tenant({ attributeMapping: [{ ...RULE, type: 'Number' }] }),
      'Unsupported value: "Number": supported values: "String", "Integer", "Decimal", "Boolean", "DateTime", "Reference", "StringList"',
    ],
    [
      'a target to match by that nothing fills',
      tenant({ matchExistingBy: ['email'] }),
      "matchExistingBy names a field that attributeMapping doesn't fill; write only targets of attributeMapping",
    ],
    [
      'a default that is a list',
      tenant({ newUserDefaults: [{ target: 'a', value: ['x'] }] }),
      'spec.newUserDefaults[0].value: Too many: 1: must have at most 0 items',
    ],
    ['a default that is an empty list', tenant({ newUserDefaults: [{ target: 'a', value: [] }] }), 'spec.newUserDefaults[0].value'],
    ['a default that is an object', tenant({ newUserDefaults: [{ target: 'a', value: { b: 1 } }] }), 'spec.newUserDefaults[0].value'],
    ['a default that is an empty object', tenant({ newUserDefaults: [{ target: 'a', value: {} }] }), 'spec.newUserDefaults[0].value'],
    ['a default without a value', tenant({ newUserDefaults: [{ target: 'a' }] }), 'spec.newUserDefaults[0].value: Required value'],
    [
      'an address without @',
      tenant({ notificationEmails: ['hr-it'] }),
      'spec.notificationEmails[0]: Invalid value: "hr-it": write an e-mail address',
    ],
    ['one address twice', tenant({ notificationEmails: ['a@b', 'a@b'] }), 'spec.notificationEmails[1]: Duplicate value: "a@b"'],
    [
      'a window in words',
      tenant({ failurePolicy: { window: 'an hour' } }),
      'spec.failurePolicy.window: Invalid value: "an hour": write a duration such as 40m, 24h or 1h30m',
    ],
    ['a window too short', tenant({ failurePolicy: { window: '59s' } }), 'write a duration from 1m to 2h'],
    ['a window too long', tenant({ failurePolicy: { window: '2h1s' } }), 'write a duration from 1m to 2h'],
    ['an overlap too long', tenant({ tokenPolicy: { overlap: '87601h' } }), 'write a duration of at most 87600h'],
    ['an overlap beyond what can be counted', tenant({ tokenPolicy: { overlap: '99999999h' } }), 'write a duration such as 40m'],
    ['a token that is old at once', tenant({ tokenPolicy: { maxAge: '5m' } }), 'write a duration from 1h to 87600h'],
    [
      'a rotation of tokens that nobody generates',
      tenant({ tokenPolicy: { rotateAfter: '720h' } }),
      'rotateAfter has the operator make new tokens; write generate: true beside it',
    ],
    [
      'a rotation before the overlap ends',
      tenant({ tokenPolicy: { generate: true, rotateAfter: '24h' } }),
      'write a duration longer than overlap',
    ],
    ['a rotation of every moment', tenant({ tokenPolicy: { generate: true, rotateAfter: '1m' } }), 'write a duration from 1h to 87600h'],
    ['a retention too long', tenant({ users: { retention: '87601h' } }), 'write a duration of at most 87600h'],
    ...[0, 1_000_001, '0%', '101%', '030%', '30', '30 %', ''].map((maxDeactivations): [string, ReturnType<typeof tenant>, string] => [
      `${JSON.stringify(maxDeactivations)} deactivations at most`,
      tenant({ users: { maxDeactivations } }),
      'write a number of people from 1 to 1000000, or a share of them from 1% to 100% such as 30%',
    ]),
    ['half a person', tenant({ users: { maxDeactivations: 1.5 } }), 'spec.users.maxDeactivations'],
    ['any number of deactivations', tenant({ users: { maxDeactivations: true } }), 'spec.users.maxDeactivations'],
    ['a ratio in percent', tenant({ failurePolicy: { maxFailureRatio: 40 } }), 'should be less than or equal to 1'],
    ['no failure at all', tenant({ failurePolicy: { maxFailures: 0 } }), 'should be greater than or equal to 1'],
    ['an unknown action', tenant({ failurePolicy: { action: 'Stop' } }), 'supported values: "Disable", "NotifyOnly"'],
    ['a rate of zero', tenant({ rateLimit: { requestsPerSecond: 0 } }), 'should be greater than or equal to 1'],
    ['an unknown deletion', tenant({ tenantDeletion: 'Keep' }), 'supported values: "Retain", "Delete"'],
    ['a name too long', tenant({}, { name: LONG_NAME }), "metadata.name is part of the tenant's URL; write at most 63 characters"],
  ])('%s', async (_name, object, message) => {
    const { status, body } = await tryOut(object);
    expect(status).toBeGreaterThanOrEqual(400);
    expect(status).toBeLessThan(500);
    expect(body.message).toContain(message);
  });
});

const STATUS: ScimTenantStatus = {
  observedGeneration: 1,
  endpoint: 'https://scim.example.com/team-hr/status/scim/v2',
  conditions: [
    {
      type: 'Ready',
      status: 'False',
      observedGeneration: 1,
      lastTransitionTime: '2026-11-24T06:00:00Z',
      reason: 'BreakerOpen',
      message: 'switched off',
    },
  ],
  programmed: { generation: 1, pods: 3, acknowledged: 2 },
  sync: {
    lastRequestTime: '2026-11-24T06:00:00Z',
    lastSuccessTime: '2026-11-24T05:00:00Z',
    users: 42,
    groups: null,
    mapping: '0123456789abcdef',
    reprojection: {
      state: 'Running',
      total: 42,
      done: 7,
      incomplete: 1,
      startedTime: '2026-11-24T06:00:00Z',
      finishedTime: null,
      arrivesWithNextSync: ['nickName'],
    },
    recentFailures: [
      {
        time: '2026-11-24T06:00:00Z',
        operation: 'PATCH User',
        subject: null,
        reason: 'InvalidValue',
        message: 'attribute "title" does not fit',
        action: 'Correct the value in the directory',
        link: 'docs/troubleshooting.md#invalid-value',
      },
    ],
    ignoredAttributes: ['title'],
  },
  breaker: {
    ...CLOSED_BREAKER,
    state: 'Open',
    reason: '60 of 100 requests failed',
    openedAt: '2026-11-24T06:00:00Z',
    trips: 1,
    epoch: 0,
    failures: 60,
    requests: 100,
    classes: { InvalidValue: 59, StoreUnavailable: 1 },
    wave: { deactivations: 31, limit: 30, people: 100 },
    enablingManifests: ['kubectl-client-side-apply'],
    freeze: { since: '2026-11-24T06:00:00Z', told: ['0123456789ab'] },
  },
  token: {
    ...NO_TOKEN,
    fingerprint: 'sha256:0123456789ab',
    rotatedAt: '2026-11-24T06:00:00Z',
    refusedRotation: { reason: 'NotGenerated', rotateAt: '' },
  },
  notifications: {
    stalled: { reason: 'MappingInvalid', generation: 1, since: '2026-11-24T06:00:00Z' },
    notices: [
      {
        id: 'trip-1',
        kind: 'Trip',
        time: '2026-11-24T06:00:00Z',
        pending: ['0123456789ab'],
        delivered: ['ab0123456789'],
        trip: 1,
        cause: 'DeactivationWave',
        wave: { deactivations: 31, limit: 30, people: 100 },
        failures: 60,
        requests: 100,
        classes: { InvalidValue: 59, StoreUnavailable: 1 },
        window: '40m',
        switchedOff: true,
      },
      {
        id: 'token-expired-0123456789ab',
        kind: 'TokenExpiry',
        time: '2026-11-24T06:00:00Z',
        pending: [],
        delivered: [],
        state: 'Expired',
        fingerprint: 'sha256:0123456789ab',
        expiresAt: '2026-11-24T06:00:00Z',
      },
      {
        id: 'stalled-1-MappingInvalid',
        kind: 'Stalled',
        time: '2026-11-24T06:00:00Z',
        pending: [],
        delivered: [],
        reason: 'MappingInvalid',
        message: 'no such attribute',
        generation: 1,
      },
    ],
  },
  deletion: { startedTime: '2026-11-24T06:00:00Z', total: 50, removed: 7 },
};

describe('status', () => {
  test('is written whole through its own endpoint alone, nulls included', async () => {
    const { body: created } = await send('POST', TENANTS, { body: tenant({}, { name: 'status' }) });
    expect(created.status).toEqual({ observedGeneration: -1 });
    const { status } = await send('PUT', `${TENANTS}/status/status?fieldValidation=Strict`, { body: { ...created, status: STATUS } });
    expect(status).toBe(200);
    expect((await send('GET', `${TENANTS}/status`)).body.status).toEqual(STATUS);
  });

  test('is not writable with the resource itself', async () => {
    const { body: created } = await send('POST', TENANTS, { body: { ...tenant({}, { name: 'main' }), status: STATUS } });
    expect(created.status).toEqual({ observedGeneration: -1 });
    await send('PUT', `${TENANTS}/main`, { body: { ...created, status: STATUS } });
    await send('PATCH', `${TENANTS}/main`, { body: { status: STATUS }, contentType: 'application/merge-patch+json' });
    expect((await send('GET', `${TENANTS}/main`)).body.status).toEqual({ observedGeneration: -1 });
  });

  test('does not change the generation, and the spec is not writable through it', async () => {
    const { body: created } = await send('POST', TENANTS, { body: tenant({}, { name: 'spec' }) });
    await send('PUT', `${TENANTS}/spec/status`, { body: { ...created, spec: { ...created.spec, enabled: false }, status: STATUS } });
    const { body: read } = await send('GET', `${TENANTS}/spec`);
    expect({ generation: read.metadata.generation, enabled: read.spec.enabled }).toEqual({ generation: 1, enabled: true });
  });

  test('knows no field that the code does not write', async () => {
    const { body: crd } = await send('GET', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/scimtenants.scim-operator.dev');
    const schema = crd.spec.versions[0].schema.openAPIV3Schema.properties.status;
    const compare = (properties: Record<string, { properties?: never }>, value: Record<string, unknown>, path: string): void => {
      expect({ path, fields: Object.keys(properties).sort() }).toEqual({ path, fields: Object.keys(value).sort() });
      for (const [name, property] of Object.entries(properties)) {
        if (property.properties) compare(property.properties, value[name] as Record<string, unknown>, `${path}.${name}`);
      }
    };
    compare(schema.properties, STATUS as unknown as Record<string, unknown>, 'status');
    const { recentFailures } = schema.properties.sync.properties;
    compare(recentFailures.items.properties, STATUS.sync.recentFailures[0] as unknown as Record<string, unknown>, 'failure');
    compare(schema.properties.conditions.items.properties, STATUS.conditions[0] as unknown as Record<string, unknown>, 'condition');
  });

  test('keeps one condition of each type, whoever applies it', async () => {
    const { body: created } = await send('POST', TENANTS, { body: tenant({}, { name: 'conditions' }) });
    const twice = { ...created, status: { conditions: [STATUS.conditions[0], STATUS.conditions[0]] } };
    const { status, body } = await send('PUT', `${TENANTS}/conditions/status`, { body: twice });
    expect(status).toBe(422);
    expect(body.message).toContain('status.conditions[1]: Duplicate value: {"type":"Ready"}');
  });
});

describe('kubectl get', () => {
  const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

  test('shows the columns of the design, and their values', async () => {
    const { body } = await send('GET', `${TENANTS}/status`, { accept: TABLE });
    expect(body.columnDefinitions.map(({ name, priority }: { name: string; priority: number }) => [name, priority])).toEqual([
      ['Name', 0],
      ['Enabled', 0],
      ['Ready', 0],
      ['Reason', 0],
      ['Breaker', 0],
      ['Token', 0],
      ['Endpoint', 0],
      ['Users', 0],
      ['Last Sync', 0],
      ['Age', 0],
      ['Pods', 1],
      ['Serving', 1],
      ['Mails', 1],
      ['Trips', 1],
      ['Failures', 1],
      ['Token Expires', 1],
      ['Message', 1],
    ]);
    const [name, enabled, ready, reason, , , endpoint, users, lastSync, , pods, serving, , trips, failures, expires] = body.rows[0].cells;
    expect({ name, enabled, ready, reason, endpoint, users, pods, serving, trips, failures, expires }).toEqual({
      name: 'status',
      enabled: true,
      ready: 'False',
      reason: 'BreakerOpen',
      endpoint: STATUS.endpoint,
      users: 42,
      pods: 3,
      serving: 2,
      trips: 1,
      failures: 60,
      expires: '<no value>',
    });
    expect(lastSync).not.toBeNull();
  });

  test('takes the short name and the category', async () => {
    const { body } = await send('GET', '/apis/scim-operator.dev/v1alpha1');
    const resource = body.resources.find(({ name }: { name: string }) => name === 'scimtenants');
    expect(resource).toMatchObject({ singularName: 'scimtenant', namespaced: true, shortNames: ['scimt'], categories: ['scim'] });
  });
});
