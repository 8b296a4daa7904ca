import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { ZodError } from 'zod';
import { sha256Hex } from '#common/sha256-hex.ts';
import {
  derivedSecretName,
  parseTenantConfig,
  projectionRevision,
  renderTenantConfig,
  sourcesOf,
  tenantConfigRevision,
  tenantKeyOf,
  withRequirements,
  type ConfigFeatures,
  type TenantConfig,
} from '#common/tenant-config.ts';
import { aRule } from '#test/support/a-tenant-config.ts';

function aConfig(overrides: Partial<TenantConfig> = {}): TenantConfig {
  return {
    version: 1,
    requires: [],
    namespace: 'team-hr',
    name: 'acme',
    generation: 4,
    displayName: 'Acme Corp',
    state: { kind: 'Active' },
    tokenDigests: [
      { sha256: sha256Hex('current'), validUntil: null },
      { sha256: sha256Hex('previous'), validUntil: '2026-11-25T10:00:00Z' },
    ],
    mapping: [
      aRule('userName', 'login', { required: true }),
      aRule('emails[type eq "work"].value', 'contact.email', {
        type: 'String',
        otherSources: ['emails[primary eq true].value'],
        transform: 'lower',
        valueMap: { values: [{ from: 'ada', to: 1 }], default: false },
      }),
      { ...aRule('title', 'origin'), source: null, constant: 'directory' },
    ],
    newUserDefaults: [{ target: 'role', value: 'employee' }],
    matchExistingBy: ['contact.email'],
    users: { onDelete: 'Deactivate', retentionSeconds: 2_592_000 },
    groups: { enabled: true },
    deactivationGuard: { limit: { kind: 'Percent', percent: 30 }, windowSeconds: 2_400, refuses: true },
    newlySelected: ['title'],
    rateLimit: { requestsPerSecond: 100, burst: 200 },
    breakerEpoch: 2,
    ...overrides,
  };
}

/** The same content with the keys of every object in another order. */
function shuffled(value: unknown, order: (keys: string[]) => string[]): unknown {
  if (Array.isArray(value)) return value.map((item) => shuffled(item, order));
  if (typeof value !== 'object' || value === null) return value;
  const entries = value as Record<string, unknown>;
  return Object.fromEntries(order(Object.keys(entries)).map((key) => [key, shuffled(entries[key], order)]));
}

describe('a rendered config is parsed to the same config', () => {
  test.each<[why: string, config: TenantConfig]>([
    ['active', aConfig()],
    ['disabled, without name and tokens', aConfig({ state: { kind: 'Disabled' }, displayName: null, tokenDigests: [], mapping: [] })],
    ['deleting', aConfig({ state: { kind: 'Deleting', id: 'uid-1', settled: false } })],
    ['tripped', aConfig({ state: { kind: 'Tripped', openedAt: '2026-11-24T09:00:00.000Z', reason: '60 of 100 requests failed' } })],
    ['defaults of every type', aConfig({ newUserDefaults: ['x', 1.5, false].map((value) => ({ target: 'a', value })) })],
  ])('%s', (_why, config) => {
    expect(parseTenantConfig(renderTenantConfig(config))).toEqual(config);
  });
});

describe('the revision', () => {
  test('is 16 hex digits', () => {
    expect(tenantConfigRevision(aConfig())).toMatch(/^[0-9a-f]{16}$/);
  });

  test('does not depend on the order of keys', () => {
    const config = aConfig({ state: { kind: 'Tripped', openedAt: '2026-11-24T09:00:00Z', reason: 'x' } });
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), (numbers) => {
        const order = (keys: string[]): string[] =>
          keys
            .map((key) => ({ key, rank: numbers.next().value ?? 0 }))
            .sort((left, right) => left.rank - right.rank)
            .map(({ key }) => key);
        expect(tenantConfigRevision(shuffled(config, order) as TenantConfig)).toBe(tenantConfigRevision(config));
      }),
    );
  });

  test('survives rendering and parsing', () => {
    expect(tenantConfigRevision(parseTenantConfig(renderTenantConfig(aConfig())))).toBe(tenantConfigRevision(aConfig()));
  });

  test.each<[what: string, changed: Partial<TenantConfig>]>([
    ['generation', { generation: 5 }],
    ['state', { state: { kind: 'Disabled' } }],
    ['tokens', { tokenDigests: [{ sha256: sha256Hex('other'), validUntil: null }] }],
    ['order of the mapping', { mapping: aConfig().mapping.toReversed() }],
    ['epoch', { breakerEpoch: 3 }],
  ])('changes with the %s', (_what, changed) => {
    expect(tenantConfigRevision(aConfig(changed))).not.toBe(tenantConfigRevision(aConfig()));
  });
});

describe('what a config requires', () => {
  const features: ConfigFeatures = { quota: () => true, 'a-feature': ({ displayName }) => displayName !== null, dreams: () => false };

  test('are the features that it uses, sorted, and not what was said of it before', () => {
    expect(withRequirements(aConfig({ requires: ['dreams', 'other'] }), features).requires).toEqual(['a-feature', 'quota']);
    expect(withRequirements(aConfig({ displayName: null }), features).requires).toEqual(['quota']);
    expect(withRequirements(aConfig()).requires).toEqual([]);
  });

  test('stands at the head of its text, and is not there when it is nothing, as before there were features', () => {
    const text = renderTenantConfig(withRequirements(aConfig(), features));
    expect(text).toMatch(/^{"version":1,"requires":\["a-feature","quota"\],"namespace":/);
    expect(parseTenantConfig(text).requires).toEqual(['a-feature', 'quota']);
    expect(renderTenantConfig(aConfig())).toMatch(/^{"version":1,"namespace":/);
  });

  test('makes another revision', () => {
    expect(tenantConfigRevision(aConfig({ requires: ['quota'] }))).not.toBe(tenantConfigRevision(aConfig()));
  });
});

describe('the revision of the projection', () => {
  const revision = projectionRevision(aConfig());

  test('is 16 hex digits, and the same in whatever order the rules stand', () => {
    expect(revision).toMatch(/^[0-9a-f]{16}$/);
    expect(projectionRevision(aConfig({ mapping: aConfig().mapping.toReversed() }))).toBe(revision);
  });

  test('changes with a rule, and with nothing else', () => {
    const [first, ...others] = aConfig().mapping;
    expect(projectionRevision({ mapping: others })).not.toBe(revision);
    expect(projectionRevision({ mapping: [{ ...(first ?? aRule('userName', 'login')), transform: 'upper' }, ...others] })).not.toBe(
      revision,
    );
    expect(projectionRevision(aConfig({ generation: 9, newUserDefaults: [], matchExistingBy: [], breakerEpoch: 7 }))).toBe(revision);
  });
});

test('a config of an older operator has no guard and tells of nothing new in its mapping', () => {
  const { deactivationGuard: _guard, newlySelected: _newly, ...older } = aConfig();
  expect(parseTenantConfig(JSON.stringify(older))).toEqual(aConfig({ deactivationGuard: null, newlySelected: [] }));
});

test('a rule of an older operator has one source and nothing more', () => {
  const config = aConfig({ mapping: [aRule('userName', 'login')] });
  const older = { ...config, mapping: [{ source: 'userName', target: 'login', required: false, type: null }] };
  expect(parseTenantConfig(JSON.stringify(older))).toEqual(config);
});

test('sources are tried in order, and a constant has none', () => {
  expect(aConfig().mapping.map(sourcesOf)).toEqual([['userName'], ['emails[type eq "work"].value', 'emails[primary eq true].value'], []]);
});

test('fields of a newer operator are ignored at every level', () => {
  const config = aConfig();
  const newer = {
    ...config,
    colour: 'red',
    users: { ...config.users, purge: true },
    mapping: config.mapping.map((rule) => ({ ...rule, note: 'x' })),
  };
  expect(parseTenantConfig(JSON.stringify(newer))).toEqual(config);
  expect(tenantConfigRevision(newer)).toBe(tenantConfigRevision(config));
});

describe('a stored config is refused', () => {
  test.each<[why: string, changed: Record<string, unknown>, path: readonly (string | number)[]]>([
    ['newer version', { version: 2 }, ['version']],
    ['no version', { version: undefined }, ['version']],
    ['version as text', { version: '1' }, ['version']],
    ['no name', { name: '' }, ['name']],
    ['unknown state', { state: { kind: 'Paused' } }, ['state', 'kind']],
    ['deleting, of no id', { state: { kind: 'Deleting', settled: true } }, ['state', 'id']],
    ['in a state that only a later version knows', { state: { kind: 'Dreaming' } }, ['state', 'kind']],
    ['tripped without a time', { state: { kind: 'Tripped', reason: 'x' } }, ['state', 'openedAt']],
    ['a token in place of its digest', { tokenDigests: [{ sha256: 'secret', validUntil: null }] }, ['tokenDigests', 0, 'sha256']],
    ['a digest in capitals', { tokenDigests: [{ sha256: sha256Hex('x').toUpperCase(), validUntil: null }] }, ['tokenDigests', 0, 'sha256']],
    ['unknown value type', { mapping: [{ source: 'a', target: 'b', required: false, type: 'Date' }] }, ['mapping', 0, 'type']],
    ['no requests at all', { rateLimit: { requestsPerSecond: 0, burst: 1 } }, ['rateLimit', 'requestsPerSecond']],
    ['half an epoch', { breakerEpoch: 0.5 }, ['breakerEpoch']],
  ])('%s', (_why, changed, path) => {
    let thrown: unknown;
    try {
      parseTenantConfig(JSON.stringify({ ...aConfig(), ...changed }));
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ZodError);
    expect((thrown as ZodError).issues.map((issue) => issue.path)).toEqual([path]);
  });

  test('that is not JSON', () => {
    expect(() => parseTenantConfig('version: 1')).toThrow(SyntaxError);
  });
});

test('a config that is not of the format cannot be rendered', () => {
  expect(() => renderTenantConfig({ ...aConfig(), generation: -1 })).toThrow(ZodError);
});

test('a config names its tenant and its Secret', () => {
  expect(tenantKeyOf(aConfig())).toBe('team-hr/acme');
  expect(derivedSecretName(aConfig())).toBe('team-hr.acme');
});
