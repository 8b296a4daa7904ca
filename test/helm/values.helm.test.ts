import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { CHART, exampleValues, LEAST, renderChart } from '../support/chart.ts';

type Schema = { readonly [keyword: string]: unknown } & { readonly properties?: Readonly<Record<string, Schema>>; readonly $ref?: string };

const SCHEMA = JSON.parse(readFileSync(join(CHART, 'values.schema.json'), 'utf8')) as Schema & {
  readonly definitions: Readonly<Record<string, Schema>>;
};

/** Paths of the values as far as the chart itself gives them a shape; what is Kubernetes' own is one value. */
function schemaPaths(schema: Schema, at = ''): string[] {
  const resolved = schema.$ref ? (SCHEMA.definitions[schema.$ref.replace('#/definitions/', '')] ?? {}) : schema;
  const { properties } = resolved;
  // Of these, the defaults set only some.
  if (!properties || /Probe$|\.resources$/.test(at)) return [at];
  return Object.entries(properties).flatMap(([name, member]) => schemaPaths(member, at === '' ? name : `${at}.${name}`));
}

function has(values: unknown, path: string): boolean {
  let value = values;
  for (const name of path.split('.')) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, name)) return false;
    value = (value as Record<string, unknown>)[name];
  }
  return true;
}

describe('values.schema.json', () => {
  test('knows each value of values.yaml, and none that is not there', () => {
    const values: unknown = parse(readFileSync(join(CHART, 'values.yaml'), 'utf8'));
    const paths = schemaPaths(SCHEMA).filter((path) => path !== 'global');
    expect(paths.length).toBeGreaterThan(150);
    // The other way round is what helm itself checks with each rendering, since the schema takes no value that it does not name.
    expect(paths.filter((path) => !has(values, path))).toEqual([]);
  });
});

describe('values that are refused', () => {
  test.each<readonly [string, readonly string[], string]>([
    ['a URL without a scheme', ['--set', 'externalUrl=scim.example.com'], "at '/externalUrl': 'scim.example.com' does not match pattern"],
    ['a secret value', ['--set', 'mongodb.uri=mongodb://user:password@db/scim'], "at '/mongodb': additional properties 'uri' not allowed"],
    ['a secret value of mail', ['--set', 'mail.smtpUrl=smtp://mail'], "at '/mail': additional properties 'smtpUrl' not allowed"],
    ['a mistyped name', ['--set', 'scimservice.replicas=3'], "additional properties 'scimservice' not allowed"],
    ['a mistyped setting of a pod', ['--set', 'operator.tolerations.key=x'], "at '/operator/tolerations': got object, want array"],
    ['text for a number', ['--set-string', 'operator.replicas=two'], "at '/operator/replicas': got string, want integer"],
    ['a wrong log level', ['--set', 'logLevel=verbose'], "at '/logLevel': value must be one of 'fatal', 'error', 'warn'"],
    ['a port that needs privileges', ['--set', 'scimService.port=80'], "at '/scimService/port': minimum: got 80, want 1,024"],
    [
      'a time without a unit',
      ['--set-string', 'operator.deletionTimeout=600'],
      "at '/operator/deletionTimeout': '600' does not match pattern",
    ],
    ['a namespace that is none', ['--set', 'watchNamespaces={Team_HR}'], "at '/watchNamespaces/0': 'Team_HR' does not match pattern"],
    ['a list of namespaces as text', ['--set', 'watchNamespaces=team-hr'], "at '/watchNamespaces': got string, want array"],
    ['a tag for a digest', ['--set', 'image.digest=latest'], "at '/image/digest': 'latest' does not match pattern"],
    [
      'a number in the environment',
      ['--set-json', 'operator.extraEnv=[{"name":"A","value":1}]'],
      "at '/operator/extraEnv/0/value': got number",
    ],
    ['a label that is no text', ['--set', 'commonLabels.a=true'], "at '/commonLabels/a': got boolean, want string"],
    ['no Secret for MongoDB', ['--set', 'mongodb.uriSecret.name='], "at '/mongodb/uriSecret/name': '' does not match pattern"],
    [
      'half of a budget',
      ['--set', 'scimService.podDisruptionBudget.minAvailable=half'],
      "at '/scimService/podDisruptionBudget/minAvailable'",
    ],
  ])('%s, by the schema', async (_, args, problem) => {
    await expect(renderChart([...LEAST, ...args])).rejects.toThrow(problem);
  });

  test.each<readonly [string, readonly string[], string]>([
    ['no URL', ['--set', 'externalUrl='], 'externalUrl is not set: write the URL under which directories reach the SCIM service'],
    [
      'configs among other Secrets',
      ['--set', 'configNamespace.name=scim-operator'],
      'configNamespace.name is "scim-operator", the namespace of the release: the SCIM service may read every Secret there',
    ],
    [
      'configs among the Secrets of tenants',
      ['--set', 'configNamespace.name=team-hr', '--set', 'watchNamespaces={team-hr}'],
      'configNamespace.name is "team-hr", which is also in watchNamespaces',
    ],
    ['names of Secrets in all namespaces', ['--set', 'tokenSecrets.names={acme}'], 'tokenSecrets.names needs watchNamespaces'],
    ['mails without a sender', ['--set', 'mail.smtpUrlSecret.name=smtp'], 'mail.from is not set: mail.smtpUrlSecret needs a sender'],
    ['two routes', [...exampleValues('gateway'), '--set', 'ingress.enabled=true'], 'ingress.enabled and httpRoute.enabled are both true'],
    ['a Gateway without a name', ['--set', 'httpRoute.enabled=true'], 'httpRoute.parentRefs is empty: name the Gateway'],
    [
      'a path that an Ingress would not take off',
      ['--set', 'externalUrl=https://api.example.com/scim', '--set', 'ingress.enabled=true'],
      'externalUrl has the path "/scim", which an Ingress can\'t take off',
    ],
    [
      'a budget of two kinds',
      ['--set', 'operator.podDisruptionBudget.minAvailable=1'],
      'operator.podDisruptionBudget: set either maxUnavailable or minAvailable',
    ],
    [
      'more pods than the most',
      ['--set', 'scimService.autoscaling.enabled=true,scimService.autoscaling.minReplicas=20'],
      'scimService.autoscaling: minReplicas (20) is more than maxReplicas (10)',
    ],
    [
      'an autoscaler that looks at nothing',
      ['--set', 'scimService.autoscaling.enabled=true,scimService.autoscaling.targetCPUUtilizationPercentage=null'],
      'scimService.autoscaling is enabled without a metric',
    ],
  ])('%s, in words', async (_, args, problem) => {
    await expect(renderChart([...LEAST, ...args])).rejects.toThrow(problem);
  });
});
