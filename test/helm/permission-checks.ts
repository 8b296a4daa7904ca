import { randomUUID } from 'node:crypto';
import { KubernetesClient } from '#common/kubernetes/client.ts';
import { DERIVED_SECRET_SELECTOR } from '#common/kubernetes/derived-secret.ts';
import { loadKubeConfig } from '#common/kubernetes/kube-config.ts';
import { resourcePath, SECRETS } from '#common/kubernetes/kubernetes-object.ts';
import { listObjects, type ObjectSelection } from '#common/kubernetes/list-objects.ts';
import { watchEvents } from '#common/kubernetes/watch-events.ts';
import type { Logger } from '#common/logger.ts';
import { parseTenantKey, type TenantKey } from '#common/tenant-key.ts';
import { NO_NOTIFICATIONS } from '#operator/api/notifications-status.ts';
import type { ScimTenant } from '#operator/api/scim-tenant.ts';
import { CLOSED_BREAKER, NEVER_SYNCED, NO_TOKEN } from '#operator/api/scim-tenant-status.ts';
import { KubernetesCluster } from '#operator/kube/kubernetes-cluster.ts';
import { KubernetesPodReports } from '#operator/kube/kubernetes-pod-reports.ts';
import { LeaseElector } from '#operator/kube/lease-elector.ts';
import { LEASES } from '#operator/kube/lease.ts';
import { SCIM_TENANTS } from '#operator/kube/parse-scim-tenant.ts';
import { createKubernetesConfigFeed } from '#scim-service/config-feed/kubernetes-config-feed.ts';
import { aLog } from '../support/a-log.ts';
import { aTenantConfig } from '../support/a-tenant-config.ts';
import type { ApiServer } from '../support/api-server.ts';
import { waitUntil } from '../support/wait-until.ts';

/** What each permission of the chart is for, done with the programs' own parts and the chart's own ServiceAccounts. */

const HOME = 'scim-operator';
export const CONFIGS = 'scim-operator-config';
const TENANT = 'team-hr/acme' as TenantKey;
export const TOKEN_SECRET = 'acme-scim-token';

type RoleName = 'scim-operator-tenants' | 'scim-operator-lease' | 'scim-operator-config' | 'scim-service-config';

export interface PermissionCheck {
  readonly role: RoleName;
  /** `<resource> <verb>` */
  readonly permission: string;
  /** What a user would miss without it. */
  readonly loss: string;
  /** @throws KubernetesApiError of 403, itself or as a cause, without the permission */
  readonly act: () => Promise<unknown>;
}

export interface CheckedPrograms {
  readonly api: ApiServer;
  /** Path of the operator's kubeconfig, and of the SCIM service's. */
  readonly operator: string;
  readonly service: string;
  readonly watchNamespaces: readonly string[] | null;
  readonly tokenSecrets: readonly string[] | null;
}

export function permissionChecks({ api, operator, service, watchNamespaces, tokenSecrets }: CheckedPrograms): readonly PermissionCheck[] {
  const logger = aLog().logger;
  const client = new KubernetesClient(loadKubeConfig(operator));
  const scope = { configNamespace: CONFIGS, watchNamespaces, tokenSecrets };
  const cluster = new KubernetesCluster({ client, ...scope, identity: 'operator-0', logger });
  const tenants: ObjectSelection = { resource: SCIM_TENANTS, namespace: watchNamespaces?.[0] ?? null };
  const secrets: ObjectSelection = {
    resource: SECRETS,
    namespace: watchNamespaces?.[0] ?? null,
    metadataOnly: true,
    ...(tokenSecrets && { fieldSelector: `metadata.name=${tokenSecrets[0]}` }),
  };
  const derived: ObjectSelection = { resource: SECRETS, namespace: CONFIGS, metadataOnly: true, labelSelector: DERIVED_SECRET_SELECTOR };
  const clusterWide = watchNamespaces === null;
  const derivedRole: RoleName = clusterWide ? 'scim-operator-tenants' : 'scim-operator-config';
  /** As the admin sees it, whatever the operator may. */
  const tenant = async (): Promise<ScimTenant> => {
    const { body } = await api.send({ method: 'GET', path: resourcePath(SCIM_TENANTS, parseTenantKey(TENANT)) });
    return { ...parseTenantKey(TENANT), uid: body.metadata.uid, annotations: {} } as unknown as ScimTenant;
  };
  const deleteLease = () => api.send({ method: 'DELETE', path: resourcePath(LEASES, { namespace: HOME, name: 'scim-operator' }) });

  const ofOperator: readonly PermissionCheck[] = [
    check('scim-operator-tenants', 'scimtenants get', 'no tenant is reconciled', () => cluster.tenant(TENANT)),
    check('scim-operator-tenants', 'scimtenants list', 'no tenant is found at the start', () => cluster.tenantKeys()),
    check('scim-operator-tenants', 'scimtenants watch', 'no change of a tenant is seen', () => opensWatch(client, tenants)),
    check('scim-operator-tenants', 'scimtenants patch', 'spec.enabled is not set to false by a trip', () =>
      cluster.mirrorDisabled(parseTenantKey(TENANT), true),
    ),
    check('scim-operator-tenants', 'scimtenants/status patch', 'no status is written', async () =>
      cluster.writeStatus(await tenant(), {
        observedGeneration: 1,
        endpoint: 'https://scim.example.com/team-hr/acme/scim/v2',
        conditions: [],
        programmed: { generation: 1, pods: 1, acknowledged: 1 },
        sync: NEVER_SYNCED,
        breaker: CLOSED_BREAKER,
        token: NO_TOKEN,
        notifications: NO_NOTIFICATIONS,
        deletion: null,
      }),
    ),
    check('scim-operator-tenants', 'secrets get', 'no token is known', () =>
      cluster.tokenSecret(parseTenantKey(TENANT).namespace, TOKEN_SECRET),
    ),
    check('scim-operator-tenants', 'secrets list', 'a new token is not seen', () => lists(client, secrets)),
    check('scim-operator-tenants', 'secrets watch', 'a new token is not seen', () => opensWatch(client, secrets)),
    check('scim-operator-tenants', 'secrets create', 'no token is made', async () =>
      cluster.createTokenSecret(await tenant(), { name: `made-${randomUUID()}`, key: 'token', token: 'made' }),
    ),
    check('scim-operator-tenants', 'secrets patch', 'no token is replaced by a new one', async () => {
      const path = resourcePath(SECRETS, { namespace: parseTenantKey(TENANT).namespace, name: TOKEN_SECRET });
      const { body } = await api.send({ method: 'GET', path });
      const version: string = body.metadata.resourceVersion;
      await cluster.rotateTokenSecret(await tenant(), { name: TOKEN_SECRET, key: 'token', token: randomUUID(), version });
    }),
    check('scim-operator-tenants', 'events create', 'no Event is recorded', async () =>
      cluster.recordEvent(await tenant(), { type: 'Normal', reason: 'Programmed', message: 'in service' }),
    ),
    check('scim-operator-tenants', 'namespaces get', 'a namespace that is deleted waits for a store that is away, without a limit', () =>
      untilDenied(async (heard) => {
        const listening = new KubernetesCluster({ client, ...scope, identity: 'operator-0', logger: heard });
        await listening.isNamespaceTerminating(parseTenantKey(TENANT).namespace);
      }),
    ),
    check('scim-operator-lease', 'leases create', 'nobody leads after the installation', async () => {
      await deleteLease();
      await leads(client);
    }),
    check('scim-operator-lease', 'leases get', 'nobody leads', () => leads(client)),
    check('scim-operator-lease', 'leases update', 'nobody takes over', () => leads(client)),
    check('scim-operator-lease', 'endpointslices list', 'no pod is asked for its report', () =>
      untilDenied(async (heard) => {
        const pods = new KubernetesPodReports({
          client,
          namespace: HOME,
          serviceName: 'scim-service-reports',
          watchNamespaces,
          logger: heard,
        });
        await pods.poll(AbortSignal.timeout(10_000));
      }),
    ),
    check(derivedRole, 'secrets get', 'it is not known what the SCIM service has', () => cluster.derivedConfig(TENANT)),
    check(derivedRole, 'secrets list', 'what a tenant has left behind is not found', () => cluster.derivedConfigKeys()),
    check(derivedRole, 'secrets watch', 'a config that somebody changed is not put back', () => opensWatch(client, derived)),
    check(derivedRole, 'secrets create', 'a new tenant does not come into service', () =>
      cluster.applyDerivedConfig(aTenantConfig({ name: `new-${randomUUID()}` })),
    ),
    check(derivedRole, 'secrets patch', 'a change of a tenant does not come into service', async () => {
      await cluster.applyDerivedConfig(aTenantConfig());
    }),
    check('scim-operator-config', 'secrets delete', 'a tenant that was deleted stays in service', () =>
      cluster.deleteDerivedConfig(TENANT),
    ),
  ];
  return [
    ...ofOperator,
    check('scim-service-config', 'secrets list', 'no tenant is in service after the start', () => follows(service, api)),
    check('scim-service-config', 'secrets watch', 'no change of a tenant comes into service', () => follows(service, api)),
  ];
}

function check(role: RoleName, permission: string, loss: string, act: () => Promise<unknown>): PermissionCheck {
  return { role, permission, loss, act };
}

async function lists(client: KubernetesClient, selection: ObjectSelection): Promise<void> {
  for await (const page of listObjects(client, selection)) if (page.length < 0) return;
}

async function opensWatch(client: KubernetesClient, selection: ObjectSelection): Promise<void> {
  const ended = new AbortController();
  const opened = Promise.withResolvers<void>();
  const events = watchEvents(client, selection, {
    resourceVersion: '',
    timeoutSeconds: 1,
    idleMs: 10_000,
    onOpen: opened.resolve,
    signal: ended.signal,
  });
  const reading = events.next();
  reading.catch(opened.reject);
  await opened.promise;
  ended.abort(new Error('seen enough'));
  await reading.catch(() => null);
}

/** Takes the lease, which is free, and gives it back. */
async function leads(client: KubernetesClient): Promise<void> {
  await untilDenied(async (logger, stop) => {
    const elector = new LeaseElector({ client, namespace: HOME, name: 'scim-operator', identity: randomUUID(), logger });
    await elector.run({ onElected: async () => {} }, stop);
  });
}

/** The SCIM service's feed takes what is there, and then a change. */
async function follows(kubeconfig: string, api: ApiServer): Promise<void> {
  const client = new KubernetesClient(loadKubeConfig(kubeconfig));
  await untilDenied(async (logger, stop) => {
    const over = new AbortController();
    const synced = Promise.withResolvers<void>();
    const gone = Promise.withResolvers<void>();
    const path = resourcePath(SECRETS, { namespace: CONFIGS, name: 'team-hr.follows' });
    const { body } = await api.send({
      method: 'POST',
      path: resourcePath(SECRETS, { namespace: CONFIGS }),
      body: aDerivedSecret('follows'),
    });
    if (body.kind !== 'Secret') throw new Error(`no Secret was made: ${JSON.stringify(body)}`);
    try {
      const sink = { set() {}, refuse() {}, delete: () => gone.resolve(), synced: synced.resolve };
      const signal = AbortSignal.any([stop, over.signal]);
      stop.addEventListener('abort', () => [synced, gone].forEach(({ resolve }) => resolve()));
      const running = createKubernetesConfigFeed({ client, namespace: CONFIGS, logger }).run(sink, signal);
      await synced.promise;
      await api.send({ method: 'DELETE', path });
      await gone.promise;
      over.abort();
      await running;
    } finally {
      await api.send({ method: 'DELETE', path });
      client.close();
    }
  });
}

function aDerivedSecret(name: string) {
  const config = Buffer.from(JSON.stringify(aTenantConfig({ name }))).toString('base64');
  const labels = { 'app.kubernetes.io/managed-by': 'scim-operator' };
  return { metadata: { name: `team-hr.${name}`, labels }, data: { 'config.json': config } };
}

/**
 * For parts that log what they are denied and try again: ends them, and throws what they logged.
 * @throws Error whose cause has the status and the message of what was denied
 */
async function untilDenied(work: (logger: Logger, stop: AbortSignal) => Promise<void>): Promise<void> {
  const { logger, lines } = aLog();
  const stop = new AbortController();
  let ended = false;
  const working = work(logger, stop.signal).finally(() => (ended = true));
  working.catch(() => {});
  const denied = () => lines.map(({ err }) => err as { status?: number; message: string } | undefined).find((err) => err?.status === 403);
  await waitUntil(() => ended || denied(), { what: 'the end, or a denial', timeoutMs: 20_000, intervalMs: 20 });
  stop.abort(new Error('the check is over'));
  await working;
  const found = denied();
  if (found) throw Object.assign(new Error(found.message), { status: 403 });
}
