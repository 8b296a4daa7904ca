import type { PodReport } from '#common/pod-report.ts';
import type { TenantConfig } from '#common/tenant-config.ts';
import type { TenantKey, TenantName } from '#common/tenant-key.ts';
import type { ScimTenant } from '../api/scim-tenant.ts';
import type { ScimTenantStatus } from '../api/scim-tenant-status.ts';
import type { MailKey, Notice, StalledNotice, TenantEvent, TokenExpiryNotice, TripNotice } from '../reconcile/action.ts';
import type { Delivery, TokenSecret } from '../reconcile/observed.ts';

export type { Delivery, MailKey, Notice, StalledNotice, TenantEvent, TokenExpiryNotice, TokenSecret, TripNotice };

/**
 * What a run reads. Two adapters: the Kubernetes API and a directory of YAML files. Any method of it and of ClusterWriter throws a
 * ClusterUnavailableError while the cluster is away.
 */
export interface ClusterReader {
  tenant(key: TenantKey): Promise<ScimTenant | null>;
  /** Every tenant that exists. */
  tenantKeys(): Promise<readonly TenantKey[]>;
  /**
   * Read anew for each call, never from a cache that holds tokens.
   * @throws SecretUnreadableError when a person must mend something first
   */
  tokenSecret(namespace: string, name: string): Promise<TokenSecret | null>;
  /** The config rendered last; null when there is none or it can't be read. */
  derivedConfig(key: TenantKey): Promise<TenantConfig | null>;
  /** Tenants that have a derived config, whether or not they exist still. */
  derivedConfigKeys(): Promise<readonly TenantKey[]>;
  /** Whether the namespace is being deleted, and waits for what is in it. */
  isNamespaceTerminating(namespace: string): Promise<boolean>;
}

export interface NewToken {
  /** Of the Secret, in the tenant's namespace. */
  readonly name: string;
  readonly key: string;
  readonly token: string;
}

/** What a run writes. Each write is idempotent; two adapters as above. */
export interface ClusterWriter {
  applyDerivedConfig(config: TenantConfig): Promise<void>;
  deleteDerivedConfig(key: TenantKey): Promise<void>;
  /** Creates the Secret, owned by the tenant; does nothing when a Secret of that name exists. */
  createTokenSecret(tenant: ScimTenant, secret: NewToken): Promise<void>;
  /**
   * Puts a new token into a Secret of the operator's own, and beside it, in the same write, the value of the tenant's
   * annotation `rotate-at` that it was made for. Does nothing when the Secret is no longer of this version: the next run
   * reads it anew.
   */
  rotateTokenSecret(tenant: ScimTenant, secret: NewToken & { readonly version: string }): Promise<void>;
  /**
   * Writes `spec.enabled: false` under the field manager `scim-operator-breaker`, or gives the field back (which makes it
   * the default, true). A directory edits the file and keeps its comments.
   */
  mirrorDisabled(tenant: TenantName, disabled: boolean): Promise<void>;
  /** Puts the finalizer on, so that a deletion waits for `releaseTenant`. Fails for a tenant whose deletion was asked for already. */
  holdTenant(tenant: ScimTenant): Promise<void>;
  /** Takes the finalizer off: a tenant whose deletion was asked for goes. Another one of its name is left alone. */
  releaseTenant(tenant: ScimTenant): Promise<void>;
  /** Drops it when the tenant has gone. */
  writeStatus(tenant: ScimTenant, status: ScimTenantStatus): Promise<void>;
  recordEvent(tenant: ScimTenant, event: TenantEvent): Promise<void>;
  /** About a namespace, where it can be read when the namespace has gone. */
  recordNamespaceEvent(namespace: string, event: TenantEvent): Promise<void>;
}

/** Tells which tenants may have changed, by their key alone. */
export interface ChangeFeed {
  /** Reports until the signal aborts. Every existing tenant is reported once at the start, and again on each change. */
  run(onChange: (key: TenantKey) => void, signal: AbortSignal): Promise<void>;
  /** Resolves when every existing tenant has been reported. */
  synced(): Promise<void>;
}

export interface PodPoll {
  /** Reports of the pods that answered. A `partial` one has the changes since the poll before, which that start of the pod answered too. */
  readonly reports: readonly PodReport[];
  /** Pods that should have answered, the silent ones included. */
  readonly expected: number;
}

/** Asks every pod of the SCIM service for its report. A silent pod is left out, never an error. */
export interface PodReports {
  poll(signal: AbortSignal): Promise<PodPoll>;
}

export interface Mail {
  /** Stable for one notice and recipient, so that a repeated delivery is the same message. */
  readonly messageId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Hands one mail to an SMTP server, or to the log where none is configured. */
export interface Mailer {
  /** @throws Error when the server did not take it; the message says which server and why, without credentials */
  send(mail: Mail): Promise<void>;
  /** `log` means that mails are written to the log, whole. */
  readonly transport: 'smtp' | 'log';
}

/** Delivers notices in the background, again and again until the server takes them. */
export interface Notifier {
  /** Does nothing for a mail that is pending or was delivered by this process. */
  submit(notice: Notice): void;
  delivery(mail: MailKey): Delivery;
  /** Forgets what was delivered for this uid, but for these mails: what became of the others is stored. */
  forget(uid: string, except: readonly MailKey[]): void;
  readonly transport: Mailer['transport'];
}

/** So many tenants fail at once that none is switched off for it. */
export interface FreezeNotice {
  /** When it began; tells one such failure from another. */
  readonly since: string;
  /** Marks of the contacts who have the mail already; see PlatformFreeze. */
  readonly told: readonly string[];
  readonly wanting: number;
  /** In service. */
  readonly tenants: number;
  /** Some of those who want to trip. */
  readonly named: readonly TenantKey[];
}

/** Tells the platform's contacts in the background, again and again until the server takes the mails. */
export interface PlatformNotifier {
  /** @param onTold called with the mark of each contact whose mail the server took */
  tell(notice: FreezeNotice, onTold: (mark: string) => void): void;
}

/** Says whether this process may write. The elector of a cluster, or a constant in standalone mode. */
export interface Leadership {
  /** @throws Error once the lease is lost or may have run out; asked before each write */
  assertHeld(): void;
}

/** Milliseconds since 1970. Somebody may set it, so it measures no interval. */
export type Clock = () => number;

/** Milliseconds of a clock that only goes forward, since whenever. */
export type MonotonicClock = () => number;
