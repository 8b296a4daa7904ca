import { createHash } from 'node:crypto';

/** What is wanted of one tenant, as far as somebody's write was acknowledged. */
export interface TenantIntent {
  readonly namespace: string;
  readonly name: string;
  /** Who applies the manifest. A tool does so again every few seconds. */
  readonly writer: Writer;
  /** The manifest says `enabled: true`; then nobody else decides about it. */
  readonly statesEnabled: boolean;
  readonly generatesToken: boolean;
  readonly onDelete: 'Deactivate' | 'Remove';
  /** Each token of such a tenant owes its contacts a mail at once, since 24 hours are less than 20 days. */
  readonly hasMaxAge: boolean;
  /** Of the ScimTenant that is there; null while there is none. */
  uid: string | null;
  displayName: string;
  /** Index into MAPPINGS. */
  mapping: number;
  contacts: readonly string[];
  tenantDeletion: 'Retain' | 'Delete';
  action: 'Disable' | 'NotifyOnly';
  overlap: '0s' | '24h';
  resetToken: string;
  /** What a person wants, by `kubectl patch`. */
  enabled: boolean;
  /** Null while nobody has paused it. */
  paused: PausedView | null;
  /** In its Secret; null while there is none. */
  token: string | null;
  /** Other tokens, and what shall be answered to them. */
  otherTokens: ReadonlyMap<string, 'accepted' | 'refused' | 'either'>;
  /** Of this ScimTenant. */
  trips: number;
  /** The last trip was not undone. With NotifyOnly the breaker closes by itself. */
  isOpen: boolean;
}

export type Writer = 'person' | 'argocd' | 'argocd-server-side' | 'flux' | 'kubectl-apply';

/** What is served while a tenant is paused, whatever is written meanwhile. */
interface PausedView {
  readonly generation: number;
  readonly displayName: string;
  readonly mapping: number;
}

const BADGE = { source: 'urn:ietf:params:scim:schemas:extension:acme:2.0:User:badge', target: 'badge', type: 'Integer' };

/** All take the same attributes, so that no change of the mapping loses a value; the product's names for them differ. */
export const MAPPINGS: readonly (readonly { readonly source: string; readonly target: string; readonly [rule: string]: unknown }[])[] = [
  [
    { source: 'userName', target: 'login', required: true },
    { source: 'displayName', target: 'name' },
    { source: 'title', target: 'title' },
    BADGE,
  ],
  [
    { source: 'userName', target: 'account.login', required: true },
    { source: 'displayName', target: 'account.name' },
    { source: 'title', target: 'designation' },
    BADGE,
  ],
  [
    { source: 'userName', target: 'login', transform: 'upper', required: true },
    { source: 'displayName', target: 'fullName' },
    { source: 'title', target: 'jobTitle' },
    BADGE,
  ],
];

/** The breaker opens at this many failures of a minute, which bad weather alone never makes: a client that isn't answered waits. */
const FAILURE_LIMIT = 30;

export function keyOf({ namespace, name }: Pick<TenantIntent, 'namespace' | 'name'>): string {
  return `${namespace}/${name}`;
}

export function tokenSecretName({ name }: Pick<TenantIntent, 'name'>): string {
  return `${name}-token`;
}

export function manifestOf(intent: TenantIntent): {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: Readonly<Record<string, unknown>>;
} {
  const { namespace, name, onDelete, displayName, contacts, tenantDeletion, action, overlap, resetToken } = intent;
  return {
    metadata: { namespace, name },
    spec: {
      displayName,
      tokenSecretRef: { name: tokenSecretName(intent), key: 'token' },
      tokenPolicy: { generate: intent.generatesToken, overlap, ...(intent.hasMaxAge && { maxAge: '24h' }) },
      notificationEmails: contacts,
      attributeMapping: MAPPINGS[intent.mapping] ?? [],
      users: { onDelete, maxDeactivations: 1_000_000 },
      failurePolicy: { window: '1m', minRequests: 20, maxFailures: FAILURE_LIMIT, maxFailureRatio: 0.1, action, resetToken },
      rateLimit: { requestsPerSecond: 10_000, burst: 10_000 },
      tenantDeletion,
      ...(intent.statesEnabled && { enabled: true }),
    },
  };
}

/** What the pods shall do with the tenant's requests. */
export function stateOf({ isOpen, action, enabled, statesEnabled }: TenantIntent): 'Active' | 'Disabled' | 'Tripped' {
  if (isOpen && action === 'Disable') return 'Tripped';
  return enabled || statesEnabled ? 'Active' : 'Disabled';
}

/** `spec.enabled` as the cluster shall show it: a trip is mirrored there, unless a tool puts `true` back. */
export function shownEnabled(intent: TenantIntent): boolean {
  return intent.statesEnabled || stateOf(intent) === 'Active';
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** As `status.token.fingerprint` has it. */
export function fingerprintOf(token: string): string {
  return `sha256:${sha256(token).slice(0, 12)}`;
}
