import type { KubernetesClient } from '#common/kubernetes/client.ts';
import type { Logger } from '#common/logger.ts';
import type { TenantConfig } from '#common/tenant-config.ts';
import type { TenantKey, TenantName } from '#common/tenant-key.ts';
import type { ScimTenant } from '../api/scim-tenant.ts';
import type { ScimTenantStatus } from '../api/scim-tenant-status.ts';
import type { ChangeFeed, ClusterReader, ClusterWriter, NewToken, TenantEvent, TokenSecret } from '../controller/ports.ts';
import { throwClusterError, throwOwnRightError } from './cluster-unavailable.ts';
import { KubernetesChangeFeed } from './kubernetes-change-feed.ts';
import { KubernetesReader } from './kubernetes-reader.ts';
import type { KubernetesScope } from './kubernetes-scope.ts';
import { KubernetesWriter } from './kubernetes-writer.ts';
import { OwnWrites } from './own-writes.ts';

export interface KubernetesClusterParts extends KubernetesScope {
  readonly client: KubernetesClient;
  /** Name of this replica, for Events. */
  readonly identity: string;
  readonly logger: Logger;
  /** Names of the only Secrets in the watched namespaces that may be read, each with a right of its own; null for any. */
  readonly tokenSecrets?: readonly string[] | null;
  /** Called with the kind of object (`ScimTenant`, `Secret`, `DerivedSecret`) at each sign of life of its watch. */
  readonly onHeard?: (kind: string) => void;
}

/** The Kubernetes API as the operator's cluster. Its own failures become ClusterUnavailableErrors here. `run` is called once. */
export class KubernetesCluster implements ClusterReader, ClusterWriter, ChangeFeed {
  readonly #reader: KubernetesReader;
  readonly #writer: KubernetesWriter;
  readonly #feed: KubernetesChangeFeed;
  readonly #derivedWrites = new OwnWrites();

  constructor(parts: KubernetesClusterParts) {
    const { client, identity, logger, onHeard } = parts;
    const scope = { configNamespace: parts.configNamespace, watchNamespaces: parts.watchNamespaces };
    const writes = { derivedWrites: this.#derivedWrites, statusWrites: new OwnWrites() };
    this.#reader = new KubernetesReader({ client, scope, logger });
    this.#writer = new KubernetesWriter({ client, scope, identity, ...writes });
    const tokenSecrets = parts.tokenSecrets ?? null;
    this.#feed = new KubernetesChangeFeed({ client, scope, tokenSecrets, logger, ...writes, ...(onHeard && { onHeard }) });
  }

  tenant(key: TenantKey): Promise<ScimTenant | null> {
    return this.#reader.tenant(key).catch(throwOwnRightError);
  }

  tenantKeys(): Promise<readonly TenantKey[]> {
    return this.#reader.tenantKeys().catch(throwOwnRightError);
  }

  tokenSecret(namespace: string, name: string): Promise<TokenSecret | null> {
    return this.#reader.tokenSecret(namespace, name).catch(throwClusterError);
  }

  async derivedConfig(key: TenantKey): Promise<TenantConfig | null> {
    // Nobody else writes them, so at a tenant's first run there is nothing to ask for.
    if (this.#feed.lacksDerivedConfig(key) && !this.#derivedWrites.has(key)) return null;
    return this.#reader.derivedConfig(key).catch(throwOwnRightError);
  }

  derivedConfigKeys(): Promise<readonly TenantKey[]> {
    return this.#reader.derivedConfigKeys().catch(throwOwnRightError);
  }

  isNamespaceTerminating(namespace: string): Promise<boolean> {
    return this.#reader.isNamespaceTerminating(namespace).catch(throwClusterError);
  }

  holdTenant(tenant: ScimTenant): Promise<void> {
    return this.#writer.holdTenant(tenant).catch(throwClusterError);
  }

  releaseTenant(tenant: ScimTenant): Promise<void> {
    return this.#writer.releaseTenant(tenant).catch(throwClusterError);
  }

  applyDerivedConfig(config: TenantConfig): Promise<void> {
    return this.#writer.applyDerivedConfig(config).catch(throwOwnRightError);
  }

  deleteDerivedConfig(key: TenantKey): Promise<void> {
    return this.#writer.deleteDerivedConfig(key).catch(throwOwnRightError);
  }

  createTokenSecret(tenant: ScimTenant, secret: NewToken): Promise<void> {
    return this.#writer.createTokenSecret(tenant, secret).catch(throwClusterError);
  }

  rotateTokenSecret(tenant: ScimTenant, secret: NewToken & { readonly version: string }): Promise<void> {
    return this.#writer.rotateTokenSecret(tenant, secret).catch(throwClusterError);
  }

  mirrorDisabled(tenant: TenantName, disabled: boolean): Promise<void> {
    return this.#writer.mirrorDisabled(tenant, disabled).catch(throwClusterError);
  }

  writeStatus(tenant: ScimTenant, status: ScimTenantStatus): Promise<void> {
    return this.#writer.writeStatus(tenant, status).catch(throwOwnRightError);
  }

  recordEvent(tenant: ScimTenant, event: TenantEvent): Promise<void> {
    return this.#writer.recordEvent(tenant, event).catch(throwClusterError);
  }

  recordNamespaceEvent(namespace: string, event: TenantEvent): Promise<void> {
    return this.#writer.recordNamespaceEvent(namespace, event).catch(throwClusterError);
  }

  run(onChange: (key: TenantKey) => void, signal: AbortSignal): Promise<void> {
    return this.#feed.run(onChange, signal);
  }

  synced(): Promise<void> {
    return this.#feed.synced();
  }
}
