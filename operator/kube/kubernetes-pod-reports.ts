import type { KubernetesClient } from '#common/kubernetes/client.ts';
import type { ResourceType } from '#common/kubernetes/kubernetes-object.ts';
import { listObjects } from '#common/kubernetes/list-objects.ts';
import type { Logger } from '#common/logger.ts';
import { podReportSchema, type PodReport } from '#common/pod-report.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import type { PodPoll, PodReports } from '../controller/ports.ts';
import { isWatched, type KubernetesScope } from './kubernetes-scope.ts';
import { podEndpoints, type PodEndpoint } from './pod-endpoints.ts';
import { ReportCursors } from './report-cursors.ts';

const ENDPOINT_SLICES: ResourceType = { group: 'discovery.k8s.io', version: 'v1', plural: 'endpointslices' };

/** Name of the Service's port that leads to the admin port of the pods. */
const ADMIN_PORT_NAME = 'admin';

/** A report is made in memory; a pod that needs longer is as good as silent, and the next poll is near. */
const REPORT_TIMEOUT_MS = 2_000;

export interface KubernetesPodReportsParts {
  readonly client: KubernetesClient;
  /** Where the Service is. */
  readonly namespace: string;
  readonly serviceName: string;
  /** Namespaces of the tenants that are reported; null for all. */
  readonly watchNamespaces: KubernetesScope['watchNamespaces'];
  readonly logger: Logger;
}

/**
 * Finds the pods of the SCIM service by the EndpointSlices of its Service, and asks each for what has changed since it answered
 * the poll before.
 */
export class KubernetesPodReports implements PodReports {
  readonly #parts: KubernetesPodReportsParts;
  /** The pods that were found last; they are asked further while the API server is away. */
  #known: readonly PodEndpoint[] = [];
  readonly #cursors = new ReportCursors();

  constructor(parts: KubernetesPodReportsParts) {
    this.#parts = parts;
  }

  async poll(signal: AbortSignal): Promise<PodPoll> {
    const pods = await this.#endpoints(signal);
    this.#cursors.keepOnly(pods.map(({ url }) => url));
    const answers = await Promise.all(pods.map((pod) => this.#ask(pod, signal)));
    const missed = pods.filter(({ terminating }, index) => !terminating || answers[index] !== null);
    return { reports: answers.filter((report) => report !== null), expected: missed.length };
  }

  async #endpoints(signal: AbortSignal): Promise<readonly PodEndpoint[]> {
    const { client, namespace, serviceName, logger } = this.#parts;
    try {
      const selection = { resource: ENDPOINT_SLICES, namespace, labelSelector: `kubernetes.io/service-name=${serviceName}` };
      let slices: unknown[] = [];
      for await (const page of listObjects(client, selection, { signal, onRestart: () => (slices = []) })) slices.push(...page);
      this.#known = podEndpoints(slices, ADMIN_PORT_NAME);
    } catch (error) {
      if (!signal.aborted) logger.warn({ err: error, known: this.#known.length }, 'pods could not be listed; those known are asked');
    }
    return this.#known;
  }

  async #ask({ url }: PodEndpoint, signal: AbortSignal): Promise<PodReport | null> {
    const since = this.#cursors.of(url);
    try {
      const response = await fetch(`${url}/internal/v1/report${since === null ? '' : `?since=${encodeURIComponent(since)}`}`, {
        signal: AbortSignal.any([signal, AbortSignal.timeout(REPORT_TIMEOUT_MS)]),
      });
      if (!response.ok) throw new Error(`answered ${response.status}`);
      const report = podReportSchema.parse(await response.json());
      this.#cursors.answered(url, report);
      return this.#ofWatched(report);
    } catch (error) {
      this.#cursors.missed(url);
      if (!signal.aborted) this.#parts.logger.warn({ err: error, url }, 'pod gave no report');
      return null;
    }
  }

  #ofWatched(report: PodReport): PodReport {
    const isOurs = (key: string) => isWatched(key as TenantKey, this.#parts.watchNamespaces);
    const entries = Object.entries(report.tenants).filter(([key]) => isOurs(key));
    return { ...report, tenants: Object.fromEntries(entries), gone: report.gone.filter(isOurs) };
  }
}
