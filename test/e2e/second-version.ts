import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { Manifest } from '../support/chart.ts';

/**
 * A second version of the kind, as a later release may bring it: `v1beta1` says `suspend` where `v1alpha1` says `enabled`, which
 * is its opposite, and gives `users.maxDeactivations`, a number or a percentage, another shape.
 */

const GROUP = 'scim-operator.dev';
export const V1ALPHA1 = `${GROUP}/v1alpha1`;
export const V1BETA1 = `${GROUP}/v1beta1`;

/** The shipped definition with both versions; the second one is what is stored. */
export function definitionWithBoth(conversion: object): Manifest {
  const crd = parse(readFileSync('crds/scimtenants.yaml', 'utf8')) as Manifest;
  const [first] = crd['spec'].versions;
  return { ...crd, spec: { ...crd['spec'], conversion, versions: [{ ...first, storage: false }, secondOf(first)] } };
}

// oxlint-disable-next-line typescript/no-explicit-any -- a schema is looked into as far as it is changed
function secondOf(first: any): object {
  const second = structuredClone(first);
  const { properties } = second.schema.openAPIV3Schema.properties.spec;
  delete properties.enabled;
  properties.suspend = { type: 'boolean', default: false };
  delete properties.users.properties.maxDeactivations;
  properties.users.properties.deactivationLimit = {
    type: 'object',
    default: { percent: 30 },
    properties: { people: { type: 'integer', minimum: 1 }, percent: { type: 'integer', minimum: 1, maximum: 100 } },
    'x-kubernetes-validations': [{ rule: 'has(self.people) != has(self.percent)', message: 'write one of people and percent' }],
  };
  second.additionalPrinterColumns[0] = { name: 'Suspended', type: 'boolean', jsonPath: '.spec.suspend' };
  return { ...second, name: 'v1beta1', storage: true };
}

/** What the conversion webhook does. Each direction undoes the other. */
export function convertTenant(object: Manifest, apiVersion: string): Manifest {
  const { spec } = object as { spec?: Record<string, unknown> };
  if (spec === undefined || object.apiVersion === apiVersion) return { ...object, apiVersion };
  return { ...object, apiVersion, spec: apiVersion === V1BETA1 ? toSecond(spec) : toFirst(spec) };
}

function toSecond({ enabled, users, ...others }: Record<string, unknown>): object {
  const { maxDeactivations, ...otherUsers } = (users ?? {}) as Record<string, unknown>;
  const limit =
    typeof maxDeactivations === 'number' ? { people: maxDeactivations } : { percent: Number.parseInt(String(maxDeactivations), 10) };
  return {
    ...others,
    ...(enabled !== undefined && { suspend: !enabled }),
    ...(users !== undefined && { users: { ...otherUsers, ...(maxDeactivations !== undefined && { deactivationLimit: limit }) } }),
  };
}

function toFirst({ suspend, users, ...others }: Record<string, unknown>): object {
  const { deactivationLimit, ...otherUsers } = (users ?? {}) as { deactivationLimit?: { people?: number; percent?: number } };
  const { people, percent } = deactivationLimit ?? {};
  const limit = people ?? (percent === undefined ? undefined : `${percent}%`);
  return {
    ...others,
    ...(suspend !== undefined && { enabled: !suspend }),
    ...(users !== undefined && { users: { ...otherUsers, ...(limit !== undefined && { maxDeactivations: limit }) } }),
  };
}
