import { describe, expect, test } from '@jest/globals';
import { podEndpoints } from '#operator/kube/pod-endpoints.ts';

const PORTS = [
  { name: 'http', port: 8080 },
  { name: 'admin', port: 9090 },
];

describe('podEndpoints', () => {
  test('names every pod, ready or not', () => {
    const slice = {
      addressType: 'IPv4',
      ports: PORTS,
      endpoints: [
        { addresses: ['10.0.0.1'], conditions: { ready: true, serving: true } },
        { addresses: ['10.0.0.2'], conditions: { ready: false, serving: false } },
        { addresses: ['10.0.0.3'], conditions: { ready: false, serving: true, terminating: true } },
        { addresses: ['10.0.0.4'] },
      ],
    };
    expect(podEndpoints([slice], 'admin')).toEqual([
      { url: 'http://10.0.0.1:9090', terminating: false },
      { url: 'http://10.0.0.2:9090', terminating: false },
      { url: 'http://10.0.0.3:9090', terminating: true },
      { url: 'http://10.0.0.4:9090', terminating: false },
    ]);
  });

  test('asks a pod of two address families once, and writes IPv6 in brackets', () => {
    const endpoint = (address: string, uid: string) => ({ addresses: [address], targetRef: { kind: 'Pod', uid } });
    const slices = [
      { addressType: 'IPv6', ports: PORTS, endpoints: [endpoint('fd00::1', 'a')] },
      { addressType: 'IPv4', ports: PORTS, endpoints: [endpoint('10.0.0.1', 'a'), endpoint('10.0.0.2', 'b')] },
    ];
    expect(podEndpoints(slices, 'admin').map(({ url }) => url)).toEqual(['http://[fd00::1]:9090', 'http://10.0.0.2:9090']);
  });

  test('leaves out slices without the port, without pods, and of host names', () => {
    const slices = [
      { addressType: 'IPv4', ports: [{ name: 'http', port: 8080 }], endpoints: [{ addresses: ['10.0.0.1'] }] },
      { addressType: 'IPv4', ports: null, endpoints: [{ addresses: ['10.0.0.2'] }] },
      { addressType: 'IPv4', ports: PORTS, endpoints: null },
      { addressType: 'FQDN', ports: PORTS, endpoints: [{ addresses: ['pod.example.com'] }] },
    ];
    expect(podEndpoints(slices, 'admin')).toEqual([]);
  });
});
