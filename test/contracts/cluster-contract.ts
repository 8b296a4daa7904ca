import { afterEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { tenantKey, type TenantKey, type TenantName } from '#common/tenant-key.ts';
import { NO_NOTIFICATIONS, type StoredNotice } from '#operator/api/notifications-status.ts';
import { BREAKER_FIELD_MANAGER, isInvalidSpec, ROTATE_AT_ANNOTATION, type ScimTenant } from '#operator/api/scim-tenant.ts';
import { CLOSED_BREAKER, NEVER_SYNCED, NO_TOKEN, type ScimTenantStatus } from '#operator/api/scim-tenant-status.ts';
import type { ChangeFeed, ClusterReader, ClusterWriter } from '#operator/controller/ports.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';
import { waitUntil } from '#test/support/wait-until.ts';

/** A ScimTenant as somebody writes it down. */
export interface TenantManifest {
  readonly apiVersion: 'scim-operator.dev/v1alpha1';
  readonly kind: 'ScimTenant';
  readonly metadata: { readonly name: string; readonly namespace: string; readonly annotations?: Readonly<Record<string, string>> };
  readonly spec: Readonly<Record<string, unknown>>;
}

export interface ClusterUnderTest {
  readonly cluster: ClusterReader & ClusterWriter & ChangeFeed;
  /** Creates or replaces the tenant as a person would, and its namespace when it is missing. */
  putTenant(manifest: TenantManifest): Promise<void>;
  deleteTenant(key: TenantKey): Promise<void>;
  /** Creates or replaces a user's Secret; the values are plain text. */
  putSecret(namespace: string, name: string, data: Readonly<Record<string, string>>): Promise<void>;
  deleteSecret(namespace: string, name: string): Promise<void>;
  close(): Promise<void>;
}

/** What every cluster promises to the controller, whichever adapter is behind the ports. */
export function describeCluster(name: string, open: () => Promise<ClusterUnderTest>): void {
  describe(`${name} as the operator's cluster`, () => {
    let opened: RunningCluster | null = null;
    afterEach(async () => {
      await opened?.close();
      opened = null;
    });
    const start = async (prepare: (under: ClusterUnderTest) => Promise<void> = async () => {}): Promise<RunningCluster> => {
      const under = await open();
      await prepare(under);
      opened = await runFeed(under);
      return opened;
    };

    test('a tenant that is put appears with its spec, defaults filled in', async () => {
      const { under } = await start();
      const manifest = aManifest({ displayName: 'Acme Corp' });
      await under.putTenant(manifest);

      const tenant = await presentTenant(under, manifest.metadata);
      expect(tenant).toMatchObject({ ...nameOf(manifest), deletionRequestedAt: null, held: false, status: null });
      expect(tenant.uid).not.toBe('');
      expect(tenant.spec).toMatchObject({
        enabled: true,
        displayName: 'Acme Corp',
        tokenSecretRef: { name: 'scim-token', key: 'token' },
        tokenPolicy: { generate: false, overlap: '24h' },
        failurePolicy: { window: '40m', minRequests: 20, maxFailures: 50, maxFailureRatio: 0.4, action: 'Disable', resetToken: '' },
      });
      expect(await under.cluster.tenantKeys()).toContain(keyOf(manifest));
    });

    test('a tenant, a Secret and a derived config that do not exist are null, and deleting them is no error', async () => {
      const { under } = await start();
      const key: TenantKey = `${aNamespace()}/nobody`;
      expect(await under.cluster.tenant(key)).toBeNull();
      expect(await under.cluster.tokenSecret('nowhere', 'nothing')).toBeNull();
      expect(await under.cluster.derivedConfig(key)).toBeNull();
      await under.cluster.deleteDerivedConfig(key);
    });

    test('the feed reports tenants that existed before it ran, each before it counts as synced', async () => {
      const manifests = [aManifest(), aManifest(), aManifest()];
      const { reported } = await start(async (under) => {
        for (const manifest of manifests) await under.putTenant(manifest);
      });
      expect([...reported]).toEqual(expect.arrayContaining(manifests.map(keyOf)));
    });

    test('the feed reports a new tenant, a changed one and a deleted one', async () => {
      const { under, reported } = await start();
      const manifest = aManifest();
      const key = keyOf(manifest);
      await under.putTenant(manifest);
      await reportOf(reported, key);
      const before = await presentTenant(under, manifest.metadata);

      reported.delete(key);
      await under.putTenant(withSpec(manifest, { displayName: 'Renamed' }));
      await reportOf(reported, key);
      const after = await waitUntil(
        async () => {
          const tenant = await under.cluster.tenant(key);
          return tenant && !isInvalidSpec(tenant.spec) && tenant.spec.displayName === 'Renamed' ? tenant : null;
        },
        { what: 'the changed tenant' },
      );
      expect(after.generation).toBeGreaterThan(before.generation);
      expect(after.uid).toBe(before.uid);

      reported.delete(key);
      await under.deleteTenant(key);
      await reportOf(reported, key);
      expect(await under.cluster.tenant(key)).toBeNull();
      expect(await under.cluster.tenantKeys()).not.toContain(key);
    });

    test('an annotation is seen and reported', async () => {
      const { under, reported } = await start();
      const manifest = aManifest();
      await under.putTenant(manifest);
      await reportOf(reported, keyOf(manifest));
      reported.delete(keyOf(manifest));
      await under.putTenant({ ...manifest, metadata: { ...manifest.metadata, annotations: { 'scim-operator.dev/reset-at': 'now' } } });
      await reportOf(reported, keyOf(manifest));
      expect((await presentTenant(under, manifest.metadata)).annotations['scim-operator.dev/reset-at']).toBe('now');
    });

    test('a user’s Secret is read as text, and its change and its end are reported for the tenants that refer to it', async () => {
      const { under, reported } = await start();
      const manifest = aManifest();
      const { namespace } = manifest.metadata;
      await under.putTenant(manifest);
      await reportOf(reported, keyOf(manifest));

      reported.delete(keyOf(manifest));
      await under.putSecret(namespace, 'scim-token', { token: 'first-ünïcode' });
      await reportOf(reported, keyOf(manifest));
      expect(await under.cluster.tokenSecret(namespace, 'scim-token')).toEqual({
        data: { token: 'first-ünïcode' },
        generated: false,
        madeFor: null,
        immutable: false,
        rotateAt: null,
        version: expect.any(String),
      });

      reported.delete(keyOf(manifest));
      await under.putSecret(namespace, 'scim-token', { token: 'second' });
      await reportOf(reported, keyOf(manifest));
      expect((await under.cluster.tokenSecret(namespace, 'scim-token'))?.data).toEqual({ token: 'second' });

      reported.delete(keyOf(manifest));
      await under.deleteSecret(namespace, 'scim-token');
      await reportOf(reported, keyOf(manifest));
      expect(await under.cluster.tokenSecret(namespace, 'scim-token')).toBeNull();
    });

    test('a derived config is read as it was applied, is replaced as a whole, and ends when it is deleted', async () => {
      const { under } = await start();
      const config = aTenantConfig({ namespace: aNamespace() });
      const key = tenantKey(config);
      await under.cluster.applyDerivedConfig(config);
      await under.cluster.applyDerivedConfig(config);
      expect(await under.cluster.derivedConfig(key)).toEqual(config);
      expect(await under.cluster.derivedConfigKeys()).toContain(key);

      const tripped = aTenantConfig({
        ...config,
        generation: 2,
        tokenDigests: [],
        state: { kind: 'Tripped', openedAt: '2026-01-02T03:04:05Z', reason: '60 of 100 requests failed' },
      });
      await under.cluster.applyDerivedConfig(tripped);
      expect(await under.cluster.derivedConfig(key)).toEqual(tripped);

      await under.cluster.deleteDerivedConfig(key);
      expect(await under.cluster.derivedConfig(key)).toBeNull();
      expect(await under.cluster.derivedConfigKeys()).not.toContain(key);
    });

    test('a derived config outlives its tenant until it is deleted', async () => {
      const { under } = await start();
      const manifest = aManifest();
      await under.putTenant(manifest);
      await presentTenant(under, manifest.metadata);
      await under.cluster.applyDerivedConfig(aTenantConfig(nameOf(manifest)));
      await under.deleteTenant(keyOf(manifest));
      expect(await under.cluster.derivedConfigKeys()).toContain(keyOf(manifest));
    });

    test('a token Secret is created once; a second creation leaves the token alone', async () => {
      const { under, reported } = await start();
      const manifest = aManifest({ tokenPolicy: { generate: true } });
      await under.putTenant(manifest);
      await reportOf(reported, keyOf(manifest));
      reported.delete(keyOf(manifest));
      const tenant = await presentTenant(under, manifest.metadata);

      await under.cluster.createTokenSecret(tenant, { name: 'scim-token', key: 'token', token: 'one' });
      await reportOf(reported, keyOf(manifest));
      await under.cluster.createTokenSecret(tenant, { name: 'scim-token', key: 'token', token: 'two' });
      expect(await under.cluster.tokenSecret(tenant.namespace, 'scim-token')).toMatchObject({
        data: { token: 'one' },
        generated: true,
        madeFor: tenant.name,
        rotateAt: null,
      });
    });

    test('a Secret that a user made is never replaced by a generated one', async () => {
      const { under } = await start();
      const manifest = aManifest({ tokenPolicy: { generate: true } });
      await under.putTenant(manifest);
      const tenant = await presentTenant(under, manifest.metadata);
      await under.putSecret(tenant.namespace, 'scim-token', { token: 'mine' });
      await under.cluster.createTokenSecret(tenant, { name: 'scim-token', key: 'token', token: 'generated' });
      expect(await under.cluster.tokenSecret(tenant.namespace, 'scim-token')).toMatchObject({ data: { token: 'mine' }, generated: false });
    });

    test('a token that the operator made is replaced once for each version, and tells which request it was made for', async () => {
      const { under, reported } = await start();
      const manifest = aManifest({ tokenPolicy: { generate: true } });
      const asked = { ...manifest, metadata: { ...manifest.metadata, annotations: { [ROTATE_AT_ANNOTATION]: '1730000000' } } };
      await under.putTenant(manifest);
      await under.cluster.createTokenSecret(await presentTenant(under, manifest.metadata), {
        name: 'scim-token',
        key: 'token',
        token: 'one',
      });
      await under.putTenant(asked);
      await waitUntil(async () => (await under.cluster.tenant(keyOf(asked)))?.annotations[ROTATE_AT_ANNOTATION], { what: 'the request' });
      await reportOf(reported, keyOf(manifest));
      const tenant = await presentTenant(under, asked.metadata);
      const { version } = (await under.cluster.tokenSecret(tenant.namespace, 'scim-token'))!;

      reported.delete(keyOf(manifest));
      await under.cluster.rotateTokenSecret(tenant, { name: 'scim-token', key: 'token', token: 'two', version });
      await reportOf(reported, keyOf(manifest));
      const rotated = (await under.cluster.tokenSecret(tenant.namespace, 'scim-token'))!;
      expect(rotated).toMatchObject({ data: { token: 'two' }, generated: true, madeFor: tenant.name, rotateAt: '1730000000' });
      expect(rotated.version).not.toBe(version);

      // A process that decided on what it had read before comes too late.
      await under.cluster.rotateTokenSecret(tenant, { name: 'scim-token', key: 'token', token: 'three', version });
      expect(await under.cluster.tokenSecret(tenant.namespace, 'scim-token')).toEqual(rotated);
    });

    test('a Secret that has gone, or was changed since it was read, gets no new token', async () => {
      const { under } = await start();
      const manifest = aManifest({ tokenPolicy: { generate: true } });
      await under.putTenant(manifest);
      const tenant = await presentTenant(under, manifest.metadata);
      const rotation = { name: 'scim-token', key: 'token', token: 'new' };
      await under.cluster.rotateTokenSecret(tenant, { ...rotation, version: '1' });
      expect(await under.cluster.tokenSecret(tenant.namespace, 'scim-token')).toBeNull();

      await under.putSecret(tenant.namespace, 'scim-token', { token: 'first' });
      await waitUntil(() => under.cluster.tokenSecret(tenant.namespace, 'scim-token'), { what: 'the Secret' });
      const { version } = (await under.cluster.tokenSecret(tenant.namespace, 'scim-token'))!;
      await under.putSecret(tenant.namespace, 'scim-token', { token: 'second' });
      await under.cluster.rotateTokenSecret(tenant, { ...rotation, version });
      expect((await under.cluster.tokenSecret(tenant.namespace, 'scim-token'))?.data).toEqual({ token: 'second' });
    });

    test('the mirror switches spec.enabled off, and a person who switches it on owns the field again', async () => {
      const { under } = await start();
      const manifest = aManifest({ enabled: true });
      await under.putTenant(manifest);
      const before = await presentTenant(under, manifest.metadata);
      expect(enabledOf(before)).toBe(true);
      expect(before.enabledOwners).not.toContain(BREAKER_FIELD_MANAGER);
      expect(before.enabledOwners).not.toEqual([]);

      await under.cluster.mirrorDisabled(nameOf(manifest), true);
      await under.cluster.mirrorDisabled(nameOf(manifest), true);
      const mirrored = await presentTenant(under, manifest.metadata);
      expect(enabledOf(mirrored)).toBe(false);
      expect(mirrored.generation).toBe(before.generation + 1);

      await under.putTenant(manifest);
      const enabled = await waitUntil(
        async () => {
          const tenant = await under.cluster.tenant(keyOf(manifest));
          return tenant && enabledOf(tenant) ? tenant : null;
        },
        { what: 'spec.enabled: true' },
      );
      expect(enabled.enabledOwners.filter((owner) => owner !== BREAKER_FIELD_MANAGER)).not.toEqual([]);
    });

    test('the released mirror leaves the tenant enabled', async () => {
      const { under } = await start();
      const manifest = aManifest();
      await under.putTenant(manifest);
      await presentTenant(under, manifest.metadata);
      await under.cluster.mirrorDisabled(nameOf(manifest), true);
      expect(enabledOf(await presentTenant(under, manifest.metadata))).toBe(false);
      await under.cluster.mirrorDisabled(nameOf(manifest), false);
      await under.cluster.mirrorDisabled(nameOf(manifest), false);
      const released = await presentTenant(under, manifest.metadata);
      expect(enabledOf(released)).toBe(true);
      expect(released.enabledOwners).not.toContain(BREAKER_FIELD_MANAGER);
    });

    test('mirroring a tenant that has gone makes none', async () => {
      const { under } = await start();
      const manifest = aManifest();
      await under.putTenant(manifest);
      await presentTenant(under, manifest.metadata);
      await under.deleteTenant(keyOf(manifest));
      await under.cluster.mirrorDisabled(nameOf(manifest), true);
      expect(await under.cluster.tenant(keyOf(manifest))).toBeNull();
    });

    test('a status is read as it was written, and survives a change of the spec', async () => {
      const { under } = await start();
      const manifest = aManifest();
      await under.putTenant(manifest);
      const tenant = await presentTenant(under, manifest.metadata);
      const full = aStatus({
        breaker: {
          ...CLOSED_BREAKER,
          state: 'Open',
          reason: '60 of 100 requests failed',
          openedAt: '2026-01-02T03:04:05Z',
          trips: 3,
          epoch: 2,
          failures: 60,
          requests: 100,
          cause: 'DeactivationWave',
          classes: { InvalidValue: 50, StoreUnavailable: 10 },
          wave: { deactivations: 31, limit: 30, people: 100 },
          observedResetToken: 'a',
          observedResetAt: 'b',
          mirroredTrip: 2,
        },
        notifications: {
          stalled: { reason: 'MappingInvalid', generation: 1, since: '2026-01-02T03:04:05Z' },
          notices: [aTrip(), aTokenExpiry(), aStalled()],
        },
      });
      await under.cluster.writeStatus(tenant, full);
      const written = await presentTenant(under, manifest.metadata);
      expect(written.status).toEqual(full);
      expect(written.generation).toBe(tenant.generation);

      // What a member held is given up one by one, then the members themselves.
      const { reprojection } = full.sync;
      const done = aStatus({
        sync: { ...full.sync, reprojection: reprojection && { ...reprojection, state: 'Done' }, recentFailures: [] },
      });
      await under.cluster.writeStatus(written, done);
      expect((await presentTenant(under, manifest.metadata)).status).toEqual(done);

      const sparse = aStatus({ conditions: full.conditions.slice(0, 1), sync: NEVER_SYNCED, token: NO_TOKEN });
      await under.cluster.writeStatus(await presentTenant(under, manifest.metadata), sparse);
      expect((await presentTenant(under, manifest.metadata)).status).toEqual(sparse);

      await under.putTenant(withSpec(manifest, { displayName: 'Changed' }));
      expect((await presentTenant(under, manifest.metadata)).status).toEqual(sparse);
    });

    test('a status is not written to a new tenant of the same name', async () => {
      const { under } = await start();
      const manifest = aManifest();
      await under.putTenant(manifest);
      const old = await presentTenant(under, manifest.metadata);
      await under.deleteTenant(keyOf(manifest));
      expect(await under.cluster.tenant(keyOf(manifest))).toBeNull();
      await under.putTenant(manifest);
      await presentTenant(under, manifest.metadata);
      // Whether the late write is refused or dropped is the adapter's affair.
      await under.cluster.writeStatus(old, aStatus({})).catch(() => {});
      expect((await presentTenant(under, manifest.metadata)).status).toBeNull();
    });

    test('a tenant that is held stays when it is deleted, until it is released; who is not held goes at once', async () => {
      const { under, reported } = await start();
      const [manifest, other] = [aManifest({ tenantDeletion: 'Delete' }), aManifest()];
      for (const each of [manifest, other]) {
        await under.putTenant(each);
        await under.cluster.holdTenant(await presentTenant(under, each.metadata));
      }
      await under.cluster.releaseTenant((await under.cluster.tenant(keyOf(other)))!);
      expect(await under.cluster.tenant(keyOf(other))).toMatchObject({ held: false, deletionRequestedAt: null });
      const held = (await under.cluster.tenant(keyOf(manifest)))!;
      expect(held).toMatchObject({ held: true, deletionRequestedAt: null });
      await under.cluster.holdTenant(held);

      for (const each of [manifest, other]) {
        await reportOf(reported, keyOf(each));
        reported.delete(keyOf(each));
        await under.deleteTenant(keyOf(each));
        await reportOf(reported, keyOf(each));
      }
      expect(await under.cluster.tenant(keyOf(other))).toBeNull();
      const deleted = (await under.cluster.tenant(keyOf(manifest)))!;
      expect(deleted).toMatchObject({ uid: held.uid, held: true, deletionRequestedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) });
      await under.cluster.writeStatus(deleted, aStatus({}));
      expect(await under.cluster.tenant(keyOf(manifest))).toMatchObject({ uid: held.uid, status: aStatus({}) });
      expect(await under.cluster.tenantKeys()).toContain(keyOf(manifest));

      reported.delete(keyOf(manifest));
      await under.cluster.releaseTenant(deleted);
      await reportOf(reported, keyOf(manifest));
      expect(await under.cluster.tenant(keyOf(manifest))).toBeNull();
      await under.cluster.releaseTenant(deleted);
    });

    test('a tenant whose deletion was asked for can not be held any more, and neither can one that has gone', async () => {
      const { under } = await start();
      const manifest = aManifest();
      await under.putTenant(manifest);
      const tenant = await presentTenant(under, manifest.metadata);
      await under.deleteTenant(keyOf(manifest));
      await expect(under.cluster.holdTenant(tenant)).rejects.toThrow(Error);
      expect(await under.cluster.tenant(keyOf(manifest))).toBeNull();
    });

    test('a new tenant of the same name is neither held nor released by who knew the old one', async () => {
      const { under } = await start();
      const manifest = aManifest();
      await under.putTenant(manifest);
      const old = await presentTenant(under, manifest.metadata);
      await under.deleteTenant(keyOf(manifest));
      await under.putTenant(manifest);
      const next = await presentTenant(under, manifest.metadata);
      expect(next.uid).not.toBe(old.uid);
      await expect(under.cluster.holdTenant(old)).rejects.toThrow(Error);
      await under.cluster.holdTenant(next);
      await under.cluster.releaseTenant(old);
      expect(await under.cluster.tenant(keyOf(manifest))).toMatchObject({ uid: next.uid, held: true });
    });

    test('an event is recorded, also about a namespace', async () => {
      const { under } = await start();
      const manifest = aManifest();
      await under.putTenant(manifest);
      const tenant = await presentTenant(under, manifest.metadata);
      const recorded = under.cluster.recordEvent(tenant, {
        type: 'Warning',
        reason: 'BreakerOpened',
        message: '60 of 100 requests failed',
      });
      await expect(recorded).resolves.toBeUndefined();
      const event = { type: 'Warning', reason: 'DeletionGivenUp', message: 'people are left' } as const;
      await expect(under.cluster.recordNamespaceEvent(tenant.namespace, event)).resolves.toBeUndefined();
      expect(await under.cluster.isNamespaceTerminating(tenant.namespace)).toBe(false);
    });

    test('the feed ends promptly when its signal aborts', async () => {
      const running = await start();
      const begun = performance.now();
      await running.stopFeed();
      expect(performance.now() - begun).toBeLessThan(2_000);
    });
  });
}

interface RunningCluster {
  readonly under: ClusterUnderTest;
  /** Keys that the feed has reported; a test deletes one to wait for the next report. */
  readonly reported: Set<TenantKey>;
  stopFeed(): Promise<void>;
  close(): Promise<void>;
}

async function runFeed(under: ClusterUnderTest): Promise<RunningCluster> {
  const stop = new AbortController();
  const reported = new Set<TenantKey>();
  const feed = under.cluster.run((key) => void reported.add(key), stop.signal);
  await under.cluster.synced();
  const stopFeed = async (): Promise<void> => {
    stop.abort();
    await feed;
  };
  return {
    under,
    reported,
    stopFeed,
    async close() {
      await stopFeed();
      await under.close();
    },
  };
}

function reportOf(reported: Set<TenantKey>, key: TenantKey): Promise<boolean> {
  return waitUntil(() => reported.has(key), { what: `the feed's report of ${key}` }) as Promise<boolean>;
}

function presentTenant({ cluster }: ClusterUnderTest, name: TenantName): Promise<ScimTenant> {
  return waitUntil(() => cluster.tenant(tenantKey(name)), { what: `tenant ${tenantKey(name)}` });
}

function aNamespace(): string {
  return `team-${randomUUID().slice(0, 8)}`;
}

function aManifest(spec: Readonly<Record<string, unknown>> = {}): TenantManifest {
  return {
    apiVersion: 'scim-operator.dev/v1alpha1',
    kind: 'ScimTenant',
    metadata: { name: 'acme', namespace: aNamespace() },
    spec: {
      tokenSecretRef: { name: 'scim-token' },
      attributeMapping: [{ source: 'userName', target: 'login', required: true }],
      ...spec,
    },
  };
}

function withSpec(manifest: TenantManifest, spec: Readonly<Record<string, unknown>>): TenantManifest {
  return { ...manifest, spec: { ...manifest.spec, ...spec } };
}

function nameOf(manifest: TenantManifest): TenantName {
  return { namespace: manifest.metadata.namespace, name: manifest.metadata.name };
}

function keyOf(manifest: TenantManifest): TenantKey {
  return tenantKey(manifest.metadata);
}

function enabledOf({ spec }: ScimTenant): boolean | null {
  return isInvalidSpec(spec) ? null : spec.enabled;
}

const NOTICE = { time: '2026-01-02T03:04:05Z', pending: ['0123456789ab'], delivered: [] };

function aTrip(): StoredNotice {
  const wave = { deactivations: 31, limit: 30, people: 100 };
  const figures = { trip: 3, cause: 'DeactivationWave', wave, failures: 0, requests: 31, classes: {}, window: '40m' } as const;
  return { ...NOTICE, id: 'trip-3', kind: 'Trip', ...figures, switchedOff: true };
}

function aTokenExpiry(): StoredNotice {
  const end = { fingerprint: 'sha256:0123456789ab', expiresAt: '2026-02-02T03:04:05Z' };
  return { ...NOTICE, id: 'token-expired-0123456789ab', kind: 'TokenExpiry', state: 'Expired', ...end };
}

function aStalled(): StoredNotice {
  return { ...NOTICE, id: 'stalled-1-MappingInvalid', kind: 'Stalled', reason: 'MappingInvalid', message: 'wrong', generation: 1 };
}

function aStatus(overrides: Partial<ScimTenantStatus>): ScimTenantStatus {
  return {
    observedGeneration: 1,
    endpoint: 'https://scim.example.com/team-hr/acme/scim/v2',
    conditions: [aCondition('Ready', 'True', 'Programmed'), aCondition('TokenReady', 'True', 'TokenFound')],
    programmed: { generation: 1, pods: 3, acknowledged: 3 },
    sync: {
      lastRequestTime: '2026-01-02T03:04:05Z',
      lastSuccessTime: '2026-01-02T03:04:05Z',
      users: 7,
      groups: 0,
      mapping: '0123456789abcdef',
      reprojection: {
        state: 'Running',
        total: 7,
        done: 3,
        incomplete: 0,
        startedTime: '2026-01-02T03:04:05Z',
        finishedTime: null,
        arrivesWithNextSync: [],
      },
      recentFailures: [aFailure('p-1'), aFailure(null)],
      ignoredAttributes: ['nickName', 'title'],
    },
    breaker: CLOSED_BREAKER,
    token: {
      fingerprint: 'sha256:0123456789ab',
      rotatedAt: '2026-01-02T03:04:05Z',
      expiresAt: '2026-02-02T03:04:05Z',
      previousValidUntil: '2026-01-03T03:04:05Z',
      observedRotateAt: 'once',
      refusedRotation: { reason: 'Immutable', rotateAt: 'once' },
    },
    notifications: NO_NOTIFICATIONS,
    deletion: { startedTime: '2026-01-02T03:04:05Z', total: 12, removed: 5 },
    ...overrides,
  };
}

function aFailure(subject: string | null): ScimTenantStatus['sync']['recentFailures'][number] {
  return {
    time: '2026-01-02T03:04:05Z',
    operation: 'POST User',
    subject,
    reason: 'InvalidValue',
    message: 'attribute "title" is required',
    action: 'Correct the value',
    link: 'docs/troubleshooting.md#invalid-value',
  };
}

function aCondition(type: 'Ready' | 'TokenReady', status: 'True' | 'False', reason: string): ScimTenantStatus['conditions'][number] {
  return { type, status, observedGeneration: 1, lastTransitionTime: '2026-01-02T03:04:05Z', reason, message: 'told in one line' };
}
