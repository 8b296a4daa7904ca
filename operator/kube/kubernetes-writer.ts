import type { KubernetesClient } from '#common/kubernetes/client.ts';
import { derivedSecretNameOf } from '#common/kubernetes/derived-secret.ts';
import { isConflict, isNotFound } from '#common/kubernetes/kubernetes-api-error.ts';
import { parseObject, resourcePath, SECRETS } from '#common/kubernetes/kubernetes-object.ts';
import { tenantKeyOf, type TenantConfig } from '#common/tenant-config.ts';
import { tenantKey, type TenantKey, type TenantName } from '#common/tenant-key.ts';
import { readScimTenantStatus } from '../api/read-status.ts';
import { sameStatus } from '../api/same-status.ts';
import { API_GROUP, API_VERSION, BREAKER_FIELD_MANAGER, KIND, OPERATOR_FIELD_MANAGER, type ScimTenant } from '../api/scim-tenant.ts';
import type { ScimTenantStatus } from '../api/scim-tenant-status.ts';
import type { ClusterWriter, NewToken, TenantEvent } from '../controller/ports.ts';
import { applyRequest } from './apply-request.ts';
import { addFinalizer, removeFinalizer } from './kubernetes-finalizer.ts';
import type { KubernetesScope } from './kubernetes-scope.ts';
import { derivedSecretManifest } from './manifests/derived-secret.ts';
import { namespaceEventManifest, tenantEventManifest } from './manifests/tenant-event.ts';
import { tokenRotationPatch, tokenSecretManifest } from './manifests/token-secret.ts';
import type { OwnWrites } from './own-writes.ts';
import { parseScimTenant, SCIM_TENANTS } from './parse-scim-tenant.ts';
import { hasLeftovers, replaceStatusRequest } from './status-leftovers.ts';
import { statusToWire } from './status-wire.ts';

const EVENTS = { group: 'events.k8s.io', version: 'v1', plural: 'events' };
const TENANT_TYPE = { apiVersion: `${API_GROUP}/${API_VERSION}`, kind: KIND };

/** Somebody edits the tenant between our read and our write, now and then; three times in a row is for a later run. */
const STATUS_ATTEMPTS = 3;

export interface KubernetesWriterParts {
  readonly client: KubernetesClient;
  readonly scope: KubernetesScope;
  /** Name of this replica, for Events. */
  readonly identity: string;
  readonly derivedWrites: OwnWrites;
  readonly statusWrites: OwnWrites;
}

/** Writes by server-side apply wherever an object may be there already, so that each write can be repeated. */
export class KubernetesWriter implements ClusterWriter {
  readonly #parts: KubernetesWriterParts;

  constructor(parts: KubernetesWriterParts) {
    this.#parts = parts;
  }

  async applyDerivedConfig(config: TenantConfig): Promise<void> {
    const { client, scope, derivedWrites } = this.#parts;
    const manifest = derivedSecretManifest(config, scope.configNamespace);
    const path = resourcePath(SECRETS, { namespace: scope.configNamespace, name: manifest.metadata.name });
    const written = await client.request(applyRequest({ path, manifest, fieldManager: OPERATOR_FIELD_MANAGER }));
    derivedWrites.wrote(tenantKeyOf(config), parseObject(written).metadata.resourceVersion);
  }

  async deleteDerivedConfig(key: TenantKey): Promise<void> {
    const { client, scope, derivedWrites, statusWrites } = this.#parts;
    derivedWrites.forget(key);
    statusWrites.forget(key);
    const path = resourcePath(SECRETS, { namespace: scope.configNamespace, name: derivedSecretNameOf(key) });
    await client.request({ method: 'DELETE', path }).catch(unless(isNotFound));
  }

  async createTokenSecret(tenant: ScimTenant, secret: NewToken): Promise<void> {
    await this.#parts.client
      .request({
        method: 'POST',
        path: resourcePath(SECRETS, { namespace: tenant.namespace }),
        query: { fieldManager: OPERATOR_FIELD_MANAGER },
        body: tokenSecretManifest(tenant, secret),
      })
      .catch(unless(isConflict));
  }

  async rotateTokenSecret(tenant: ScimTenant, secret: NewToken & { readonly version: string }): Promise<void> {
    await this.#parts.client
      .request({
        method: 'PATCH',
        path: resourcePath(SECRETS, { namespace: tenant.namespace, name: secret.name }),
        query: { fieldManager: OPERATOR_FIELD_MANAGER },
        headers: { 'content-type': 'application/merge-patch+json' },
        body: tokenRotationPatch(tenant, secret),
      })
      .catch(unless((error) => isConflict(error) || isNotFound(error)));
  }

  async mirrorDisabled({ namespace, name }: TenantName, disabled: boolean): Promise<void> {
    const { client } = this.#parts;
    const path = resourcePath(SCIM_TENANTS, { namespace, name });
    const found = await client.request({ method: 'GET', path }).catch(unless(isNotFound));
    if (found == null) return;
    // An apply to a name that has just gone would create an object; with the uid it is a conflict.
    const { uid } = parseObject(found).metadata;
    const manifest = { ...TENANT_TYPE, metadata: { namespace, name, uid }, ...(disabled && { spec: { enabled: false } }) };
    // Without spec.enabled the breaker gives the field up, and the CRD's default, true, takes its place.
    await client.request(applyRequest({ path, manifest, fieldManager: BREAKER_FIELD_MANAGER })).catch(unless(isNotFound));
  }

  holdTenant(tenant: ScimTenant): Promise<void> {
    return addFinalizer(this.#parts.client, tenant);
  }

  releaseTenant(tenant: ScimTenant): Promise<void> {
    return removeFinalizer(this.#parts.client, tenant);
  }

  /**
   * Puts the status in the place of `tenant.status`; drops it when the tenant has gone, whose deletion brings a run of its own.
   * @throws Error when `tenant.status` is no longer stored: what was computed from it says nothing of the one that is
   */
  async writeStatus(tenant: ScimTenant, status: ScimTenantStatus): Promise<void> {
    await this.#replaceStatus(tenant, status).catch(unless(isNotFound));
  }

  async #replaceStatus(tenant: ScimTenant, status: ScimTenantStatus): Promise<void> {
    const { statusWrites } = this.#parts;
    const { namespace, name } = tenant;
    const path = resourcePath(SCIM_TENANTS, { namespace, name, subresource: 'status' });
    // The status subresource does not look at the uid, so a late write would reach a new tenant of the same name;
    // it does look at the resource version.
    let { resourceVersion } = tenant;
    // What may be stored without anybody else having written it.
    const expected = [tenant.status];
    for (let attempt = 1; ; attempt++) {
      const manifest = { ...TENANT_TYPE, metadata: { namespace, name, resourceVersion }, status: statusToWire(status) };
      try {
        const written = await this.#applyStatus(path, manifest, (stored) => void expected.push(stored));
        statusWrites.wrote(tenantKey(tenant), parseObject(written).metadata.resourceVersion);
        return;
      } catch (error) {
        if (!isConflict(error) || attempt === STATUS_ATTEMPTS) throw error;
        // Ours is stored already when it was sent twice, since the answer to it did not arrive.
        resourceVersion = await this.#versionOf(tenant, [...expected, readScimTenantStatus(manifest.status)]);
      }
    }
  }

  /** @param onLeftovers told what is stored before that is replaced in a second write */
  async #applyStatus(
    path: string,
    manifest: { readonly status: Record<string, unknown> },
    onLeftovers: (stored: ScimTenantStatus | null) => void,
  ): Promise<unknown> {
    const { client } = this.#parts;
    const { status } = manifest;
    const written = await client.request(applyRequest({ path, manifest, fieldManager: OPERATOR_FIELD_MANAGER }));
    const stored = parseObject(written);
    if (!hasLeftovers(stored['status'], status)) return written;
    onLeftovers(readScimTenantStatus(stored['status']));
    const { resourceVersion } = stored.metadata;
    return client.request(replaceStatusRequest({ path, resourceVersion, status, fieldManager: OPERATOR_FIELD_MANAGER }));
  }

  /** The newest version, when its status is one of these. */
  async #versionOf({ namespace, name, uid }: ScimTenant, expected: readonly (ScimTenantStatus | null)[]): Promise<string> {
    const path = resourcePath(SCIM_TENANTS, { namespace, name });
    const found = parseScimTenant(await this.#parts.client.request({ method: 'GET', path }));
    if (found.uid !== uid) throw new Error(`ScimTenant ${namespace}/${name} has been deleted, and a new one has its name`);
    // A backup that was restored, or the late write of a leader of before: the run has to start from that one.
    if (!expected.some((status) => sameStatus(found.status, status)))
      throw new Error(`the status of ScimTenant ${namespace}/${name} was written by somebody else meanwhile`);
    return found.resourceVersion;
  }

  async recordEvent(tenant: ScimTenant, event: TenantEvent): Promise<void> {
    const { client, identity } = this.#parts;
    const path = resourcePath(EVENTS, { namespace: tenant.namespace });
    await client.request({ method: 'POST', path, body: tenantEventManifest(tenant, event, Date.now(), identity) });
  }

  async recordNamespaceEvent(namespace: string, event: TenantEvent): Promise<void> {
    const { client, identity } = this.#parts;
    const body = namespaceEventManifest(namespace, event, Date.now(), identity);
    await client.request({ method: 'POST', path: resourcePath(EVENTS, { namespace: body.metadata.namespace }), body });
  }
}

/** Takes an error that means "done already" for an answer. */
function unless(expected: (error: unknown) => boolean) {
  return (error: unknown): null => {
    if (expected(error)) return null;
    throw error;
  };
}
