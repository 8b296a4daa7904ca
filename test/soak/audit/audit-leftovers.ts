import { derivedSecretNameOf } from '#common/kubernetes/derived-secret.ts';
import type { TenantKey } from '#common/tenant-key.ts';
import { keyOf, type TenantIntent } from '../model/tenant-intent.ts';
import type { Actual } from './actual.ts';

/** What belongs to nobody any more. @returns one line for each */
export function auditLeftovers(intents: readonly TenantIntent[], actual: Actual): readonly string[] {
  const known = new Set(intents.map(keyOf));
  const present = intents.filter(({ uid }) => uid !== null);
  const configs = new Set(present.map((intent) => derivedSecretNameOf(keyOf(intent) as TenantKey)));
  const holder = actual.leaseHolder.replace(/_[^_]*$/, '');
  return [
    ...actual.derivedSecrets.filter((name) => !configs.has(name)).map((name) => `the derived Secret ${name} has no tenant`),
    ...[...actual.tenants.keys()].filter((key) => !known.has(key)).map((key) => `${key} is a ScimTenant that nobody made`),
    ...[...actual.stores.keys()].filter((key) => !known.has(key)).map((key) => `the store has people of ${key}, which nobody made`),
    ...actual.pods.flatMap(({ name, served }) =>
      [...served.keys()]
        .filter((key) => !present.some((intent) => keyOf(intent) === key))
        .map((key) => `${name} serves ${key}, which is not there`),
    ),
    ...(actual.operators.includes(holder)
      ? []
      : [`the Lease is held by ${JSON.stringify(actual.leaseHolder)}, and no operator of that name runs`]),
  ];
}
