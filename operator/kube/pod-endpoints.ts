import { z } from 'zod';

/** What EndpointSlices of discovery.k8s.io/v1 tell of the pods behind a Service. */
const sliceSchema = z.object({
  addressType: z.string(),
  ports: z.array(z.object({ name: z.string().nullish(), port: z.int().nullish() })).nullish(),
  endpoints: z
    .array(
      z.object({
        addresses: z.array(z.string()),
        conditions: z.object({ terminating: z.boolean().nullish() }).nullish(),
        targetRef: z.object({ uid: z.string().nullish() }).nullish(),
      }),
    )
    .nullish(),
});

export interface PodEndpoint {
  /** `http://<address>:<admin port>` */
  readonly url: string;
  /** The pod is going away: it is asked for its last outcomes, but not missed when it is silent. */
  readonly terminating: boolean;
}

/**
 * Every pod once, ready or not: a pod whose store is down is not ready, and its failures are what we are after.
 * A pod in a dual-stack cluster is in two slices.
 * @param portName name of the port in the Service, by which each slice gives its number
 */
export function podEndpoints(slices: readonly unknown[], portName: string): readonly PodEndpoint[] {
  const pods = new Map<string, PodEndpoint>();
  for (const { addressType, ports, endpoints } of slices.map((slice) => sliceSchema.parse(slice))) {
    const port = ports?.find(({ name }) => name === portName)?.port;
    if (port == null || addressType === 'FQDN') continue;
    for (const { addresses, conditions, targetRef } of endpoints ?? []) {
      const [address] = addresses;
      if (address === undefined) continue;
      const host = addressType === 'IPv6' ? `[${address}]` : address;
      const pod = targetRef?.uid ?? host;
      if (!pods.has(pod)) pods.set(pod, { url: `http://${host}:${port}`, terminating: conditions?.terminating === true });
    }
  }
  return [...pods.values()];
}
