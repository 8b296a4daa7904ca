import type { Manifest } from './chart.ts';

/** One pod of the SCIM service, as the endpoint controller would write it; there is none in the tests. */
export function podEndpointSlice(name: string, pod: { readonly adminPort: number; readonly address: string }): Manifest {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace: 'scim-operator', labels: { 'kubernetes.io/service-name': 'scim-service' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [pod.address], conditions: { ready: true } }],
    ports: [{ name: 'admin', port: pod.adminPort, protocol: 'TCP' }],
  };
}
