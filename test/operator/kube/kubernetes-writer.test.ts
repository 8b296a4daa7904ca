import { beforeEach, expect, test } from '@jest/globals';
import type { KubernetesClient, KubernetesRequest } from '#common/kubernetes/client.ts';
import { KubernetesApiError } from '#common/kubernetes/kubernetes-api-error.ts';
import type { ScimTenant } from '#operator/api/scim-tenant.ts';
import type { ScimTenantStatus } from '#operator/api/scim-tenant-status.ts';
import { KubernetesWriter } from '#operator/kube/kubernetes-writer.ts';
import { OwnWrites } from '#operator/kube/own-writes.ts';
import { parseScimTenant } from '#operator/kube/parse-scim-tenant.ts';
import { statusToWire } from '#operator/kube/status-wire.ts';
import { anOpenBreaker, aSpecManifest, aStatus } from '#test/support/a-tenant.ts';

const READ = aStatus();
const COMPUTED = aStatus({ programmed: { generation: 1, pods: 3, acknowledged: 3 } });
const RESTORED = aStatus({ breaker: anOpenBreaker({ trips: 7 }) });

/** One stored tenant, as the API server would keep it. */
let stored: { uid: string; version: number; displayName: string; status: Record<string, unknown> };
/** Members of status that an apply of ours leaves, since somebody else owns them. */
let leftovers: Record<string, unknown>;
/** What happens just before the request of this number is answered. */
let before: Map<number, () => void>;
let requests: string[];
let tenant: ScimTenant;
let writer: KubernetesWriter;

beforeEach(() => {
  stored = { uid: 'uid-1', version: 1, displayName: 'Acme', status: statusToWire(READ) };
  leftovers = {};
  before = new Map();
  requests = [];
  tenant = parseScimTenant(objectOf());
  const client = { request: async (request: KubernetesRequest) => answer(request) } as unknown as KubernetesClient;
  const scope = { configNamespace: 'configs', watchNamespaces: null };
  writer = new KubernetesWriter({ client, scope, identity: 'operator-0', derivedWrites: new OwnWrites(), statusWrites: new OwnWrites() });
});

function objectOf(): unknown {
  const { uid, version, displayName, status } = stored;
  const metadata = { namespace: 'team-hr', name: 'acme', uid, resourceVersion: String(version), generation: 1 };
  return structuredClone({ metadata, spec: { ...aSpecManifest(), displayName }, status });
}

function answer({ method, body }: KubernetesRequest): unknown {
  before.get(requests.push(method))?.();
  if (method === 'GET') return objectOf();
  const isReplacing = Array.isArray(body);
  const version: unknown = isReplacing ? body[0].value : (body as { metadata: { resourceVersion: string } }).metadata.resourceVersion;
  if (version !== String(stored.version)) {
    throw new KubernetesApiError({ status: 409, reason: 'Conflict', message: 'modified', retryAfterSeconds: null });
  }
  const status = isReplacing ? body[1].value : { ...leftovers, ...(body as { status: object }).status };
  write({ status });
  return objectOf();
}

function write(change: Partial<typeof stored>): void {
  stored = { ...stored, ...structuredClone(change), version: stored.version + 1 };
}

function storedStatus(): ScimTenantStatus | null {
  return parseScimTenant(objectOf()).status;
}

test('an edit between a run’s read and its status is read, and the status is written all the same', async () => {
  before.set(1, () => write({ displayName: 'Changed' }));
  await writer.writeStatus(tenant, COMPUTED);
  expect(requests).toEqual(['PATCH', 'GET', 'PATCH']);
  expect(storedStatus()).toEqual(COMPUTED);
});

test('a first status is written in spite of an edit, too', async () => {
  write({ status: { observedGeneration: -1 } });
  tenant = parseScimTenant(objectOf());
  before.set(1, () => write({ displayName: 'Changed' }));
  await writer.writeStatus(tenant, COMPUTED);
  expect(storedStatus()).toEqual(COMPUTED);
});

test.each([
  { name: 'before the write', at: 1 },
  { name: 'between the retries', at: 3 },
])('a status that somebody else wrote $name stays, and the run has to start anew', async ({ at }) => {
  before.set(1, () => write({ displayName: 'Changed' }));
  before.set(at, () => write({ status: statusToWire(RESTORED) }));
  await expect(writer.writeStatus(tenant, COMPUTED)).rejects.toThrow(
    'the status of ScimTenant team-hr/acme was written by somebody else meanwhile',
  );
  expect(storedStatus()).toEqual(RESTORED);
});

test('a new tenant of the name does not get the status of the old one', async () => {
  before.set(1, () => write({ uid: 'uid-2' }));
  await expect(writer.writeStatus(tenant, COMPUTED)).rejects.toThrow('a new one has its name');
  expect(storedStatus()).toEqual(READ);
});

test('a status that was sent twice is not taken for somebody else’s', async () => {
  before.set(1, () => write({ status: statusToWire(COMPUTED) }));
  await writer.writeStatus(tenant, COMPUTED);
  expect(storedStatus()).toEqual(COMPUTED);
});

test('an edit between the two writes that leftovers of a backup need is no status of somebody else', async () => {
  leftovers = { deletion: { startedTime: '2026-11-24T05:00:00Z', total: 3, removed: 1 } };
  before.set(2, () => write({ displayName: 'Changed' }));
  await writer.writeStatus(tenant, COMPUTED);
  expect(requests).toEqual(['PATCH', 'PATCH', 'GET', 'PATCH', 'PATCH']);
  expect(storedStatus()).toEqual(COMPUTED);
});
