import { randomUUID } from 'node:crypto';
import type { Logger } from '#common/logger.ts';
import type { PodReport } from '#common/pod-report.ts';
import { createApp } from './http/app.ts';
import { reportIgnoredAttributes } from './http/ignored-attributes.ts';
import type { ServiceMetrics } from './http/service-metrics.ts';
import { createGroupProvisioning } from './provisioning/group-provisioning.ts';
import type { ScimStore } from './provisioning/scim-store.ts';
import { createUserProvisioning } from './provisioning/user-provisioning.ts';
import type { ConfigFeed } from './tenancy/config-feed.ts';
import { noteWaves } from './tenancy/note-waves.ts';
import { PodReporter } from './tenancy/pod-reporter.ts';
import { TenantDirectory } from './tenancy/tenant-directory.ts';
import { UserCounts } from './tenancy/user-count.ts';
import { createTenantUpkeep } from './upkeep/tenant-upkeep.ts';

export interface ServiceCoreParts {
  readonly store: ScimStore;
  readonly feed: ConfigFeed;
  readonly metrics: ServiceMetrics;
  readonly logger: Logger;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly externalUrl: string | null;
  /** Where the documentation is read, for the links in errors; null takes paths within it. */
  readonly docsUrl: string | null;
  readonly pod: string;
}

export interface ServiceCore {
  readonly app: ReturnType<typeof createApp>;
  readonly directory: TenantDirectory;
  /**
   * What this pod answers on `GET /internal/v1/report`: what has changed since the report that had this cursor, or the whole
   * without one.
   */
  report(since?: string | null): PodReport;
  /** What keeps the service from serving, one line each. */
  ready(): Promise<readonly string[]>;
  /** Takes configs, and does the work behind the requests, until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
}

/** The SCIM service without its adapters: the same in a pod and in standalone mode. */
export function createServiceCore(parts: ServiceCoreParts): ServiceCore {
  const { store, metrics, logger, clock, externalUrl, docsUrl, pod } = parts;
  const bootId = randomUUID();
  let storeWasReached = false;
  const directory = new TenantDirectory({ logger, clock });
  const counts = new UserCounts({ store: store.users, clock, logger });
  const reporter = new PodReporter({ directory, bootId, pod, clock, people: (tenant) => counts.of(tenant) });
  const onIgnored = reportIgnoredAttributes({ metrics, logger, namesOf: (key) => directory.find(key)?.ignored ?? null });
  const onWave = noteWaves({ directory, metrics, logger, clock });
  const useCases = { store, clock, newId: randomUUID, onIgnored, onWave };
  const provisioning = createUserProvisioning(useCases);
  const groups = createGroupProvisioning(useCases);
  const upkeep = createTenantUpkeep({ store, directory, metrics, logger, clock, holder: bootId });
  return {
    app: createApp({ directory, provisioning, groups, metrics, logger, clock, externalUrl, docsUrl, newRequestId: randomUUID }),
    directory,
    report: (since = null) => reporter.report(since),
    async ready() {
      const problems = directory.isSynced ? [] : ['tenant configurations have not all been read yet'];
      // A store that fails later must not take all pods out of the Service at once: they answer 503 in SCIM, which an
      // ingress without a backend can't.
      if (!storeWasReached) {
        await store.ping().then(
          () => (storeWasReached = true),
          (error: unknown) => problems.push(error instanceof Error ? error.message : String(error)),
        );
      }
      return problems;
    },
    async run(signal) {
      const feedEnded = new AbortController();
      // First, so that it hears of every config.
      const behindRequests = upkeep.run(AbortSignal.any([signal, feedEnded.signal]));
      try {
        await parts.feed.run(directory, signal);
      } finally {
        feedEnded.abort();
        await behindRequests;
      }
    },
  };
}
