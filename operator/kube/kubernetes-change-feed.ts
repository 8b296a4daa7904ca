import type { KubernetesClient } from '#common/kubernetes/client.ts';
import { DERIVED_SECRET_SELECTOR, derivedSecretNameOf, tenantOfDerivedSecret } from '#common/kubernetes/derived-secret.ts';
import { SECRETS, type KubernetesObject } from '#common/kubernetes/kubernetes-object.ts';
import { Reflector, type ReflectorEvent } from '#common/kubernetes/reflector.ts';
import type { Logger } from '#common/logger.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import type { ChangeFeed } from '../controller/ports.ts';
import { isWatched, type KubernetesScope } from './kubernetes-scope.ts';
import type { OwnWrites } from './own-writes.ts';
import { SCIM_TENANTS } from './parse-scim-tenant.ts';
import { SecretReferences } from './secret-references.ts';

export interface KubernetesChangeFeedParts {
  readonly client: KubernetesClient;
  readonly scope: KubernetesScope;
  /** Names of the only Secrets in the watched namespaces that may be read; null for any. */
  readonly tokenSecrets: readonly string[] | null;
  readonly derivedWrites: OwnWrites;
  readonly statusWrites: OwnWrites;
  readonly logger: Logger;
  /** Called with the kind of object at each sign of life of its watch. */
  readonly onHeard?: (kind: string) => void;
}

interface WatchedTenant {
  /** Name of the token's Secret, in the same namespace. */
  readonly secret: string | null;
}

/**
 * Watches ScimTenants, the Secrets of their namespaces (metadata only, so that no content reaches this process) and the
 * derived Secrets. Our own status and config writes come back over the watch and are not reported.
 */
export class KubernetesChangeFeed implements ChangeFeed {
  readonly #parts: KubernetesChangeFeedParts;
  readonly #references = new SecretReferences();
  readonly #tenants: Reflector<WatchedTenant>;
  /** One for all, or one for each that has a right of its own. */
  readonly #secrets: readonly Reflector<null>[];
  readonly #derived: Reflector<'present'>;

  constructor(parts: KubernetesChangeFeedParts) {
    this.#parts = parts;
    const { client, scope, tokenSecrets, logger } = parts;
    const onHeard = (kind: string) => () => parts.onHeard?.(kind);
    this.#tenants = new Reflector({
      client,
      resource: SCIM_TENANTS,
      namespaces: scope.watchNamespaces,
      transform: (object) => ({ secret: secretOf(object) }),
      logger,
      onHeard: onHeard('ScimTenant'),
    });
    const anySecret = { client, resource: SECRETS, metadataOnly: true, logger };
    const usersSecret = { ...anySecret, transform: () => null, namespaces: scope.watchNamespaces, onHeard: onHeard('Secret') };
    // A right that names an object allows to list and watch it by its name, and not otherwise.
    this.#secrets = tokenSecrets
      ? tokenSecrets.map((name) => new Reflector({ ...usersSecret, fieldSelector: `metadata.name=${name}` }))
      : [new Reflector(usersSecret)];
    this.#derived = new Reflector({
      ...anySecret,
      transform: () => 'present',
      namespaces: [scope.configNamespace],
      labelSelector: DERIVED_SECRET_SELECTOR,
      onHeard: onHeard('DerivedSecret'),
    });
  }

  async run(onChange: (key: TenantKey) => void, signal: AbortSignal): Promise<void> {
    this.#tenants.onEvent((event) => this.#tenantChanged(event, onChange));
    for (const secrets of this.#secrets) secrets.onEvent(({ key }) => this.#references.tenantsOf(key).forEach(onChange));
    this.#derived.onEvent((event) => this.#derivedChanged(event, onChange));
    await Promise.all([this.#tenants, ...this.#secrets, this.#derived].map((reflector) => reflector.run(signal)));
  }

  /** Rejects when the feed ended before. */
  synced(): Promise<void> {
    return this.#tenants.synced();
  }

  /** Whether the watch knows that this tenant has no derived Secret; it may not have seen one that was written a moment ago. */
  lacksDerivedConfig(key: TenantKey): boolean {
    const { configNamespace } = this.#parts.scope;
    return this.#derived.hasSynced && this.#derived.get(`${configNamespace}/${derivedSecretNameOf(key)}`) === null;
  }

  #tenantChanged(event: ReflectorEvent<WatchedTenant>, onChange: (key: TenantKey) => void): void {
    const key = event.key as TenantKey;
    this.#references.set(key, event.type === 'Deleted' ? null : event.object.secret);
    if (event.type === 'Modified' && isEcho(event, this.#parts.statusWrites)) return;
    onChange(key);
  }

  /** Somebody changed or deleted a derived Secret; a run puts it back. */
  #derivedChanged(event: ReflectorEvent<'present'>, onChange: (key: TenantKey) => void): void {
    const key = tenantOfDerivedSecret(event.key.slice(event.key.indexOf('/') + 1));
    // What a list finds new is what was there at the start, and every tenant is looked at then anyway.
    if (key === null || (event.type === 'Added' && event.origin === 'list')) return;
    if (!isWatched(key, this.#parts.scope.watchNamespaces)) return;
    if (event.type !== 'Deleted' && isEchoOf(key, event, this.#parts.derivedWrites)) return;
    onChange(key);
  }
}

function isEcho(event: ReflectorEvent<unknown>, writes: OwnWrites): boolean {
  return isEchoOf(event.key, event, writes);
}

/** A list may have joined a change of somebody else's with our write after it, so only a watch tells an echo. */
function isEchoOf(key: string, { origin, resourceVersion }: ReflectorEvent<unknown>, writes: OwnWrites): boolean {
  return origin === 'watch' && writes.isEcho(key, resourceVersion);
}

function secretOf({ spec }: KubernetesObject): string | null {
  const name = (spec as { tokenSecretRef?: { name?: unknown } } | undefined)?.tokenSecretRef?.name;
  return typeof name === 'string' ? name : null;
}
