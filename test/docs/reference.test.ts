import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { isDocumentedReason, troubleshootingLink } from '#common/troubleshooting-link.ts';
import { createOperatorMetrics } from '#operator/controller/operator-metrics.ts';
import { createServiceMetrics } from '#scim-service/http/service-metrics.ts';
import { anchorsOf, codeOf, linksOf, sectionOf, tableRows } from '../support/markdown.ts';

const REFERENCE = readFileSync('docs/reference.md', 'utf8');
const rowsOf = (heading: string) => tableRows(sectionOf(REFERENCE, `## ${heading}`));
const sorted = (names: Iterable<string>): readonly string[] => [...new Set(names)].toSorted();

/** Of the operator, in one text for each file. */
const sources = new Map(
  readdirSync('operator', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => [file, readFileSync(`operator/${file}`, 'utf8')] as const),
);
const all = [...sources.values()].join('\n');
const matches = (text: string, pattern: RegExp): readonly string[] => [...text.matchAll(pattern)].map((match) => match[1]!);

/** What waits for a person, what passes by itself, and what failed: as the code sorts them. */
const stalled = matches(all, /\bstalled\(\s*'([A-Z]\w+)'/g);
const waiting = matches(all, /\bwaiting\(\s*'([A-Z]\w+)'/g);
const failed = matches(all, /\bfailedWrite\('([A-Z]\w+)'/g);

const conditions = rowsOf('Conditions').map(([type = '', status = '', reasons = '', , link = '']) => ({
  type: codeOf(type)[0]!,
  status: codeOf(status)[0]!,
  reasons: codeOf(reasons),
  link,
}));
const reasonsOf = (type: string, status?: string): readonly string[] =>
  sorted(
    conditions.filter((row) => row.type === type && (status === undefined || row.status === status)).flatMap(({ reasons }) => reasons),
  );

describe('the table of conditions', () => {
  test('has the types of the code', () => {
    const types = /export type ConditionType = ([^;]+);/.exec(sources.get('api/scim-tenant-status.ts')!)![1]!;
    expect(sorted(conditions.map(({ type }) => type))).toEqual(sorted(matches(types, /'(\w+)'/g)));
  });

  test('has each reason for which a tenant waits for a person, or for something else', () => {
    expect(reasonsOf('Stalled')).toEqual(sorted(stalled));
    expect(reasonsOf('Reconciling')).toEqual(sorted([...waiting, ...failed]));
    expect(reasonsOf('Ready', 'False')).toEqual(sorted([...stalled, ...waiting, ...failed]));
    expect(stalled.length).toBeGreaterThan(5);
  });

  test('has each reason of a condition in detail', () => {
    const detail = sources.get('reconcile/detail-conditions.ts')!;
    const ofToken = sources.get('reconcile/token-state.ts')!;
    const problems = matches(ofToken, /\b(?:stalled|waiting)\(\s*'([A-Z]\w+)'/g);
    expect(reasonsOf('TokenReady', 'False')).toEqual(sorted(problems));
    const remarks = matches(detail, /(?:&& \{|\{)\s*reason: '([A-Z]\w+)'/g);
    expect(reasonsOf('TokenReady', 'True')).toEqual(sorted([...remarks, 'Accepted']));
    const written = sorted(matches(detail, /reason: '([A-Z]\w+)'/g));
    const told = sorted(conditions.flatMap(({ reasons }) => reasons));
    expect(written.filter((reason) => !told.includes(reason))).toEqual([]);
    const ofPods = matches(sources.get('reconcile/pod-problem.ts')!, /\bwaiting\(\s*'([A-Z]\w+)'/g);
    expect(reasonsOf('Programmed', 'False')).toEqual(sorted([...failed, ...ofPods, 'SpecInvalid', 'MappingInvalid']));
    const trip = /tripConditionReason\([^)]*\): ([^{]+)\{/.exec(sources.get('reconcile/trip-words.ts')!)![1]!;
    expect(reasonsOf('Tripped', 'True')).toEqual(sorted(matches(trip, /'(\w+)'/g)));
    const withheld = /const reason = ([^;]+PlatformFailure[^;]+);/.exec(detail)![1]!;
    expect(reasonsOf('Tripped', 'False')).toEqual(sorted(matches(withheld, /\? '(\w+)'/g)));
  });

  test('has no reason that the code does not give, and none without a paragraph', () => {
    for (const reason of sorted(conditions.flatMap(({ reasons }) => reasons))) {
      expect([reason, all.includes(`'${reason}'`), isDocumentedReason(reason)]).toEqual([reason, true, true]);
    }
  });
});

describe('the table of Events', () => {
  const events = rowsOf('Events').map(([reason = '', type = '', , link = '']) => ({ reason: codeOf(reason)[0]!, type, link }));

  test('has each that the code records, with its type, and no other', () => {
    const reconcile = [...sources]
      .filter(([file]) => file.startsWith('reconcile/'))
      .map(([, text]) => text)
      .join('\n');
    const literal = [...reconcile.matchAll(/type: '(Normal|Warning)',\s*reason: '([A-Z]\w+)'/g)].map((match) => `${match[2]} ${match[1]}`);
    // These take over the reason of a condition or a notice.
    const taken = [...stalled, 'DryRun', 'PlatformFailure', 'TokenExpiresSoon', 'TokenExpired'].map((reason) => `${reason} Warning`);
    expect(literal.length).toBeGreaterThan(10);
    expect(sorted(events.map(({ reason, type }) => `${reason} ${type}`))).toEqual(sorted([...literal, ...taken]));
  });

  test.each(events)('$reason leads to its paragraph', ({ reason, link }) => {
    expect(isDocumentedReason(reason) && link).toContain(`(${troubleshootingLink(reason as never, null).replace('docs/', '')})`);
  });
});

/** What `/metrics` tells, as the code registers it. */
async function registered(register: (registry: Registry) => void): Promise<readonly string[]> {
  const registry = new Registry();
  register(registry);
  const metrics = registry.getMetricsAsArray() as unknown as readonly { name: string; type: string; labelNames: readonly string[] }[];
  return metrics
    .filter(({ name }) => !/^(process|nodejs)_/.test(name))
    .map(({ name, type, labelNames }) => [name, type, ...labelNames].join(' '));
}

const told = (heading: string): readonly string[] =>
  rowsOf(heading)
    .filter(([name = '']) => !name.includes('*'))
    .map(([name = '', type = '', labels = '']) => [codeOf(name)[0], type, ...codeOf(labels)].join(' '));

describe('the tables of metrics', () => {
  test('of the operator have each metric with its type and labels', async () => {
    const code = await registered((registry) => void createOperatorMetrics(registry));
    const client = /new Counter\(\{\s*name: '(\w+)',\s*help: '[^']*',\s*labelNames: \['(\w+)', '(\w+)'\]/.exec(sources.get('compose.ts')!)!;
    expect(sorted(told('Metrics of the operator'))).toEqual(sorted([...code, `${client[1]} counter ${client[2]} ${client[3]}`]));
  });

  test('of the SCIM service have each metric with its type and labels', async () => {
    const code = await registered((registry) => createServiceMetrics(registry).watchConfigs({ ageSeconds: () => null, refusals: () => 0 }));
    expect(sorted(told('Metrics of the SCIM service'))).toEqual(sorted(code));
  });

  test('have each metric that an alert asks for, with the labels that it names', () => {
    const labels = new Map(
      [...told('Metrics of the operator'), ...told('Metrics of the SCIM service')].map((row) => [
        row.split(' ')[0]!,
        row.split(' ').slice(2),
      ]),
    );
    const alerts = rowsOf('Alerts').map(([, expression = '']) => codeOf(expression)[0]!);
    expect(alerts.length).toBeGreaterThan(10);
    for (const expression of alerts) {
      const named = matches(expression, /\b((?:scim|controller|workqueue|leader|rest)_\w+?)(?:_bucket)?\b(?!\w)/g);
      expect(named.length).toBeGreaterThan(0);
      for (const metric of named) expect([metric, labels.has(metric)]).toEqual([metric, true]);
      const asked = [...matches(expression, /by \(([^)]*)\)/g).flatMap((list) => list.split(', ')), ...matches(expression, /[{,](\w+)=/g)];
      const known = ['le', ...named.flatMap((metric) => labels.get(metric)!)];
      expect(asked.filter((label) => !known.includes(label))).toEqual([]);
    }
  });
});

describe('the pages', () => {
  const pages = [
    'README.md',
    ...readdirSync('docs')
      .filter((file) => file.endsWith('.md'))
      .map((file) => `docs/${file}`),
  ];

  test.each(pages)('%s has no link to a file or heading that is not there', (page) => {
    const text = readFileSync(page, 'utf8');
    for (const link of linksOf(text).filter((each) => !/^[a-z]+:/.test(each))) {
      const [path = '', anchor] = link.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      expect([link, existsSync(file)]).toEqual([link, true]);
      if (anchor !== undefined && file.endsWith('.md'))
        expect([link, anchorsOf(readFileSync(file, 'utf8')).includes(anchor)]).toEqual([link, true]);
    }
  });

  test.each(['operations', 'reference', 'security', 'gitops', 'troubleshooting'])(
    'docs/%s.md is found from README.md and docs/operations.md',
    (name) => {
      expect(linksOf(readFileSync('README.md', 'utf8')).some((link) => link.startsWith(`docs/${name}.md`))).toBe(true);
      if (name !== 'operations')
        expect(linksOf(readFileSync('docs/operations.md', 'utf8')).some((link) => link.startsWith(`${name}.md`))).toBe(true);
    },
  );
});
