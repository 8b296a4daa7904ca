import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { CHART, EVERYTHING, EXAMPLES, exampleValues, LEAST, one, renderChart, runHelm, type Manifest } from '../support/chart.ts';

const PACKAGE = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const ALL = [LEAST, ...EXAMPLES.map(exampleValues), EVERYTHING];

describe('the chart', () => {
  test('has the version of the programs', () => {
    const chart = parse(readFileSync(join(CHART, 'Chart.yaml'), 'utf8')) as Record<string, unknown>;
    expect(chart).toMatchObject({ version: PACKAGE.version, appVersion: PACKAGE.version });
  });

  test.each(ALL)('passes helm lint: %j', async (...args: string[]) => {
    expect(await runHelm(['lint', '--strict', CHART, ...args])).toContain('1 chart(s) linted, 0 chart(s) failed');
  });

  test('passes helm lint without any value, too', async () => {
    expect(await runHelm(['lint', '--strict', CHART])).toContain('0 chart(s) failed');
  });

  test('gives each object the labels of the release, and no two the same name', async () => {
    for (const args of ALL) {
      const manifests = (await renderChart(args)).filter(({ kind }) => !['ExternalSecret', 'ConfigMap'].includes(kind));
      for (const { kind, metadata } of manifests)
        expect({ kind, labels: metadata.labels }).toMatchObject({ kind, labels: { 'app.kubernetes.io/instance': 'scim-operator' } });
      const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);
      expect(names).toEqual([...new Set(names)]);
    }
  });

  test('lets a second release stand beside the first', async () => {
    const key = ({ kind, metadata }: Manifest): string => `${kind} ${metadata.namespace}/${metadata.name}`;
    const first = await renderChart(LEAST);
    const second = await renderChart([...LEAST, '--set', 'crds.install=false'], { release: 'scim-operator', namespace: 'other' });
    const third = await renderChart([...LEAST, '--set', 'crds.install=false'], { release: 'acme', namespace: 'acme' });
    const names = [...first, ...second, ...third].map(key);
    expect(names).toEqual([...new Set(names)]);
    expect(one(third, 'Deployment', 'acme-scim-operator')).toBeDefined();
    expect(one(third, 'Deployment', 'acme-scim-service')).toBeDefined();
  });
});

describe('the CRD', () => {
  const shipped = parse(readFileSync('crds/scimtenants.yaml', 'utf8')) as Manifest;

  test('is the one of crds/, and stays when the release goes', async () => {
    const { metadata, ...rendered } = one(await renderChart(LEAST), 'CustomResourceDefinition');
    const { metadata: its, ...ours } = shipped;
    expect(rendered).toEqual(ours);
    expect(metadata.name).toBe(its.name);
    expect(metadata.labels).toMatchObject(its.labels ?? {});
    expect(metadata.annotations).toEqual({ 'helm.sh/resource-policy': 'keep' });
  });

  test('goes with the release when told so, and is left out when told so', async () => {
    const kept = one(await renderChart([...LEAST, '--set', 'crds.keep=false']), 'CustomResourceDefinition');
    expect(kept.metadata.annotations).toBeUndefined();
    const without = await renderChart([...LEAST, '--set', 'crds.install=false']);
    expect(without.map(({ kind }) => kind)).not.toContain('CustomResourceDefinition');
  });
});

describe('the environment of the programs', () => {
  const README = readFileSync('README.md', 'utf8');
  /** In a pod the service account is in its place. */
  const NOT_IN_A_POD = ['KUBECONFIG'];
  const NOT_OURS = ['NODE_OPTIONS'];

  test.each([
    ['Operator', 'scim-operator', 'operator'],
    ['SCIM service', 'scim-service', 'scim-service'],
  ])('of the %s is all that the README lists, and no more', async (title, deployment, container) => {
    const table = README.slice(README.indexOf(`**${title}** (`)).split('\n\n')[1] ?? '';
    const listed = [...table.matchAll(/^\| (.*?) \|/gm)].slice(2).flatMap(([, cell]) => [...(cell ?? '').matchAll(/`([A-Z_]+)`/g)]);
    const documented = listed.map(([, name]) => name ?? '').filter((name) => !NOT_IN_A_POD.includes(name));
    const args = [...EVERYTHING, '--set', 'tokenSecrets.names={acme-scim-token}'];
    const pod = one(await renderChart(args), 'Deployment', deployment)['spec'].template.spec;
    const program = pod.containers.find(({ name }: { name: string }) => name === container);
    const set = (program.env as { name: string }[]).map(({ name }) => name).filter((name) => !NOT_OURS.includes(name));
    expect(set.toSorted()).toEqual(documented.toSorted());
    expect(documented.length).toBeGreaterThan(8);
  });

  test('holds no secret: connection string and mail server come by reference', async () => {
    const manifests = await renderChart(EVERYTHING);
    const variable = (deployment: string, name: string): unknown =>
      one(manifests, 'Deployment', deployment)['spec'].template.spec.containers[0].env.find(
        (entry: { name: string }) => entry.name === name,
      );
    expect(variable('scim-service', 'MONGODB_URI')).toEqual({
      name: 'MONGODB_URI',
      valueFrom: { secretKeyRef: { name: 'scim-mongodb', key: 'uri' } },
    });
    expect(variable('scim-operator', 'SMTP_URL')).toEqual({
      name: 'SMTP_URL',
      valueFrom: { secretKeyRef: { name: 'scim-smtp', key: 'uri' } },
    });
    expect(manifests.map(({ kind }) => kind)).not.toContain('Secret');
  });
});

describe('the ports', () => {
  test('of administration are behind no Ingress, no HTTPRoute and no load balancer', async () => {
    for (const args of ALL) {
      const manifests = await renderChart(args);
      const requests = one(manifests, 'Service', 'scim-service')['spec'];
      expect(requests.ports.map(({ name, targetPort }: Record<string, string>) => [name, targetPort])).toEqual([['http', 'http']]);
      const reports = one(manifests, 'Service', 'scim-service-reports')['spec'];
      expect(reports).toMatchObject({ clusterIP: 'None', ports: [{ name: 'admin', targetPort: 'admin' }] });
      const routes = manifests.filter(({ kind }) => kind === 'Ingress' || kind === 'HTTPRoute');
      const backends = JSON.stringify(routes).match(/"(service|backendRefs)":\[?\{"name":"[^"]*"/g) ?? [];
      expect(backends.every((backend) => backend.endsWith('"scim-service"'))).toBe(true);
      expect(backends).toHaveLength(routes.length);
    }
  });

  test('of administration are for the operator and for those who read metrics', async () => {
    const adminRule = async (args: readonly string[]) => {
      const { ingress } = one(await renderChart(args), 'NetworkPolicy', 'scim-service')['spec'];
      return ingress.find(({ ports }: { ports: { port: number }[] }) => ports.some(({ port }) => port === 9090)).from;
    };
    const operator = { podSelector: { matchLabels: { 'app.kubernetes.io/component': 'operator' } } };
    expect(await adminRule([...LEAST, '--set-json', 'networkPolicy.metricsFrom=[]'])).toMatchObject([operator]);
    expect(await adminRule(LEAST)).toMatchObject([
      operator,
      { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'monitoring' } } },
    ]);
    const nobody = one(await renderChart([...LEAST, '--set-json', 'networkPolicy.metricsFrom=[]']), 'NetworkPolicy', 'scim-operator');
    expect(nobody['spec']).toMatchObject({ policyTypes: ['Ingress'] });
    expect(nobody['spec'].ingress).toBeUndefined();
  });
});

describe('the pods', () => {
  test.each([
    ['the operator', 'scim-operator'],
    ['the SCIM service', 'scim-service'],
  ])('of %s get every setting', async (_, deployment) => {
    const { metadata, spec } = one(await renderChart(EVERYTHING), 'Deployment', deployment);
    expect(metadata).toMatchObject({
      labels: { team: 'platform', deployment: 'label' },
      annotations: { 'reloader.stakater.com/auto': 'true' },
    });
    expect(spec).toMatchObject({ strategy: { type: 'Recreate' }, revisionHistoryLimit: 3 });
    expect(spec.strategy.rollingUpdate).toBeUndefined();
    expect(spec.template).toMatchObject({
      metadata: { labels: { team: 'platform', pod: 'label' }, annotations: { 'example.com/pod': 'annotation' } },
      spec: {
        imagePullSecrets: [{ name: 'registry-credentials' }],
        terminationGracePeriodSeconds: 77,
        priorityClassName: 'important',
        runtimeClassName: 'gvisor',
        hostAliases: [{ ip: '192.0.2.1' }],
        dnsPolicy: 'None',
        dnsConfig: { nameservers: ['192.0.2.53'] },
        initContainers: [{ name: 'before' }],
        nodeSelector: { 'kubernetes.io/os': 'linux' },
        tolerations: [{ key: 'dedicated' }],
        affinity: { nodeAffinity: {} },
        topologySpreadConstraints: [{ topologyKey: 'rack', labelSelector: { matchLabels: spec.selector.matchLabels } }],
        volumes: [{ name: 'ca' }],
      },
    });
    const [program, along] = spec.template.spec.containers;
    expect(along).toMatchObject({ name: 'along' });
    expect(program).toMatchObject({
      image: expect.stringMatching(/^registry\.example\.com\/scim-operator@sha256:e3b0/),
      imagePullPolicy: 'Always',
      lifecycle: { preStop: { sleep: { seconds: 7 } } },
      volumeMounts: [{ name: 'ca', mountPath: '/etc/company-ca' }],
      envFrom: [{ configMapRef: { name: 'more-variables' } }],
      ports: expect.arrayContaining([{ name: 'admin', containerPort: 9191, protocol: 'TCP' }]),
      readinessProbe: { httpGet: { path: '/readyz', port: 'admin' } },
      livenessProbe: { httpGet: { path: '/healthz', port: 'admin' } },
    });
    expect(program.env).toContainEqual({ name: 'LOG_LEVEL', value: 'trace' });
    expect(program.env).toContainEqual({ name: 'ADMIN_PORT', value: '9191' });
    expect(program.env).toContainEqual({ name: 'NODE_OPTIONS', value: '--max-old-space-size=200' });
  });

  test('of the SCIM service have time to leave: longer than the pause before the end, and what is begun then', async () => {
    const { terminationGracePeriodSeconds, containers } = one(await renderChart(LEAST), 'Deployment', 'scim-service')['spec'].template.spec;
    // The HTTP server waits 20 s for its answers.
    expect(terminationGracePeriodSeconds).toBeGreaterThan(containers[0].lifecycle.preStop.sleep.seconds + 20);
  });

  test('of the SCIM service are counted by one alone, the autoscaler or the Deployment', async () => {
    expect(one(await renderChart(LEAST), 'Deployment', 'scim-service')['spec'].replicas).toBe(2);
    const ha = await renderChart(exampleValues('ha'));
    expect(one(ha, 'Deployment', 'scim-service')['spec'].replicas).toBeUndefined();
    expect(one(ha, 'HorizontalPodAutoscaler')['spec']).toMatchObject({
      minReplicas: 3,
      maxReplicas: 12,
      scaleTargetRef: { name: 'scim-service' },
    });
  });
});
