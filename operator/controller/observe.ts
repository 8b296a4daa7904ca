import { tenantKey } from '#common/tenant-key.ts';
import { isInvalidSpec, type ScimTenant } from '../api/scim-tenant.ts';
import { mailLabel, pendingMails } from '../reconcile/notices.ts';
import type { BreakerSettings, Delivery, Seen } from '../reconcile/observed.ts';
import type { Clock, ClusterReader, Notifier } from './ports.ts';
import type { ReportBook } from './report-book.ts';
import { SecretUnreadableError } from './secret-unreadable-error.ts';

export interface ObserveParts {
  readonly reader: ClusterReader;
  readonly book: ReportBook;
  readonly notifier: Notifier;
  readonly clock: Clock;
  readonly externalUrl: string;
  readonly docsUrl: string | null;
  readonly breaker: BreakerSettings;
}

/**
 * Reads everything that a run for this tenant needs, anew.
 * @throws what the reader throws, when something can't be read
 */
export async function observe(parts: ObserveParts, tenant: ScimTenant): Promise<Seen> {
  const { reader, book, clock, notifier } = parts;
  const key = tenantKey(tenant);
  const { namespace } = tenant;
  const [tokenSecret, derived] = await Promise.all([
    isInvalidSpec(tenant.spec) ? null : readTokenSecret(reader, namespace, tenant.spec.tokenSecretRef.name),
    reader.derivedConfig(key),
  ]);
  return {
    now: clock(),
    ...baseUrls(parts),
    tenant,
    tokenSecret,
    derived,
    pods: book.observation(key),
    deliveries: deliveries(tenant, notifier),
    mailTransport: notifier.transport,
    settings: parts.breaker,
  };
}

/** Without a slash at their ends. */
export function baseUrls({ externalUrl, docsUrl }: Pick<ObserveParts, 'externalUrl' | 'docsUrl'>): Pick<Seen, 'externalUrl' | 'docsUrl'> {
  return { externalUrl: externalUrl.replace(/\/+$/, ''), docsUrl: docsUrl?.replace(/\/+$/, '') ?? null };
}

/** What a person must mend is part of what is observed; what passes by itself ends the run. */
async function readTokenSecret(reader: ClusterReader, namespace: string, name: string): Promise<Seen['tokenSecret']> {
  try {
    return await reader.tokenSecret(namespace, name);
  } catch (error) {
    if (error instanceof SecretUnreadableError) return { problem: error.message };
    throw error;
  }
}

/** How the mails that the stored status owes fare. */
function deliveries(tenant: ScimTenant, notifier: Notifier): ReadonlyMap<string, Delivery> {
  return new Map(pendingMails(tenant, tenant.status?.notifications).map((mail) => [mailLabel(mail), notifier.delivery(mail)]));
}
