import { z } from 'zod';
import type { KubernetesClient } from '#common/kubernetes/client.ts';
import {
  DERIVED_SECRET_SELECTOR,
  derivedSecretNameOf,
  isDerivedSecret,
  readDerivedSecret,
  tenantOfDerivedSecret,
} from '#common/kubernetes/derived-secret.ts';
import { isForbidden, isNotFound } from '#common/kubernetes/kubernetes-api-error.ts';
import { parseObject, resourcePath, SECRETS, type ResourceType } from '#common/kubernetes/kubernetes-object.ts';
import { listObjects, type ObjectSelection } from '#common/kubernetes/list-objects.ts';
import type { Logger } from '#common/logger.ts';
import type { TenantConfig } from '#common/tenant-config.ts';
import { parseTenantKey, tenantKey, type TenantKey, type TenantName } from '#common/tenant-key.ts';
import { ROTATE_AT_ANNOTATION, TENANT_LABEL, type ScimTenant } from '../api/scim-tenant.ts';
import type { ClusterReader, TokenSecret } from '../controller/ports.ts';
import { SecretUnreadableError } from '../controller/secret-unreadable-error.ts';
import { isWatched, type KubernetesScope } from './kubernetes-scope.ts';
import { GENERATED_LABEL } from './manifests/labels.ts';
import { parseScimTenant, SCIM_TENANTS } from './parse-scim-tenant.ts';

const NAMESPACES: ResourceType = { group: '', version: 'v1', plural: 'namespaces' };
const namespaceSchema = z.object({ metadata: z.object({ deletionTimestamp: z.string().optional() }) });

const secretSchema = z.object({
  metadata: z.object({ annotations: z.record(z.string(), z.string()).nullish() }),
  data: z.record(z.string(), z.string()).nullish(),
  immutable: z.boolean().nullish(),
});

/**
 * Reads from the API server itself. A cache would be older than our own writes for a moment, and a run that sees its
 * status of before decides the same thing twice; three GETs cost a few milliseconds.
 */
export class KubernetesReader implements ClusterReader {
  readonly #client: KubernetesClient;
  readonly #scope: KubernetesScope;
  readonly #logger: Logger;

  constructor(parts: { readonly client: KubernetesClient; readonly scope: KubernetesScope; readonly logger: Logger }) {
    this.#client = parts.client;
    this.#scope = parts.scope;
    this.#logger = parts.logger;
  }

  async tenant(key: TenantKey): Promise<ScimTenant | null> {
    const found = await this.#get(SCIM_TENANTS, parseTenantKey(key));
    return found === null ? null : parseScimTenant(found);
  }

  async tenantKeys(): Promise<readonly TenantKey[]> {
    const keys: TenantKey[] = [];
    for (const namespace of this.#scope.watchNamespaces ?? [null]) {
      for (const { metadata } of await this.#list({ resource: SCIM_TENANTS, namespace })) keys.push(tenantKey(metadata));
    }
    return keys;
  }

  async tokenSecret(namespace: string, name: string): Promise<TokenSecret | null> {
    const found = await this.#get(SECRETS, { namespace, name }).catch((error: unknown) => {
      if (!isForbidden(error)) throw error;
      throw new SecretUnreadableError(`The operator may not get Secret "${name}" in this namespace; grant it the right`, { cause: error });
    });
    if (found === null) return null;
    const { metadata, data, immutable } = secretSchema.parse(found);
    const { labels, resourceVersion } = parseObject(found).metadata;
    const decoded = Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]);
    return {
      data: Object.fromEntries(decoded),
      generated: labels?.[GENERATED_LABEL] === 'true',
      madeFor: labels?.[TENANT_LABEL] ?? null,
      immutable: immutable ?? false,
      rotateAt: metadata.annotations?.[ROTATE_AT_ANNOTATION] ?? null,
      version: resourceVersion,
    };
  }

  async derivedConfig(key: TenantKey): Promise<TenantConfig | null> {
    const found = await this.#get(SECRETS, { namespace: this.#scope.configNamespace, name: derivedSecretNameOf(key) });
    if (found === null) return null;
    try {
      const secret = parseObject(found);
      // Neither program finds it by its label any more, which is as good as deleted; writing it anew puts the label back.
      if (!isDerivedSecret(secret)) return null;
      return readDerivedSecret(secret);
    } catch (error) {
      this.#logger.warn({ err: error, tenant: key }, 'derived config is not readable and will be rendered anew');
      return null;
    }
  }

  async derivedConfigKeys(): Promise<readonly TenantKey[]> {
    const selection = { resource: SECRETS, namespace: this.#scope.configNamespace, labelSelector: DERIVED_SECRET_SELECTOR };
    const secrets = await this.#list(selection);
    const keys = secrets.map(({ metadata }) => tenantOfDerivedSecret(metadata.name)).filter((key) => key !== null);
    return keys.filter((key) => isWatched(key, this.#scope.watchNamespaces));
  }

  async isNamespaceTerminating(namespace: string): Promise<boolean> {
    try {
      const found = await this.#client.request({ method: 'GET', path: resourcePath(NAMESPACES, { name: namespace }) });
      return namespaceSchema.parse(found).metadata.deletionTimestamp !== undefined;
    } catch (error) {
      if (!isForbidden(error)) throw error;
      // Then the removal of people goes on, which is what was asked for; whoever deletes the namespace sees what it waits for.
      this.#logger.warn({ namespace, err: error }, 'the operator may not get this namespace, so it is taken for one that stays');
      return false;
    }
  }

  async #get(resource: ResourceType, { namespace, name }: TenantName): Promise<unknown> {
    try {
      return await this.#client.request({ method: 'GET', path: resourcePath(resource, { namespace, name }) });
    } catch (error) {
      if (isNotFound(error)) return null;
      throw error;
    }
  }

  /** Metadata of each object. */
  async #list(selection: ObjectSelection) {
    const found = new Map<string, { readonly metadata: TenantName }>();
    const pages = listObjects(this.#client, { ...selection, metadataOnly: true }, { onRestart: () => found.clear() });
    for await (const page of pages) {
      for (const { metadata } of page) found.set(metadata.uid, { metadata: { namespace: metadata.namespace, name: metadata.name } });
    }
    return [...found.values()];
  }
}
