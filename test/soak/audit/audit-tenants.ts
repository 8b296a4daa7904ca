import { isDeepStrictEqual } from 'node:util';
import { tenantConfigRevision, type TenantConfig } from '#common/tenant-config.ts';
import { fingerprintOf, keyOf, manifestOf, MAPPINGS, sha256, shownEnabled, stateOf, type TenantIntent } from '../model/tenant-intent.ts';
import type { Actual, ActualAnswer, ActualTenant } from './actual.ts';

/** Compares what is wanted of each tenant with resource, derived Secret, pods and status. @returns one line for each difference */
export function auditTenants(intents: readonly TenantIntent[], actual: Actual): readonly string[] {
  return intents.flatMap((intent) => {
    const key = keyOf(intent);
    const found = actual.tenants.get(key);
    if (intent.uid === null) return found ? [`${key}: was deleted and is there`] : [];
    if (!found) return [`${key}: is wanted and not there`];
    const differences = new Differences();
    compareResource(differences, intent, found);
    compareDerived(differences, intent, found);
    comparePods(differences, intent, found, actual);
    compareStatus(differences, intent, found, actual);
    for (const answer of found.answers) compareAnswer(differences, intent, answer);
    return differences.list.map((difference) => `${key}: ${difference}`);
  });
}

class Differences {
  readonly list: string[] = [];

  same(what: string, wanted: unknown, found: unknown): void {
    if (!isDeepStrictEqual(wanted, found)) this.list.push(`${what} is ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`);
  }
}

function compareResource(differences: Differences, intent: TenantIntent, { resource }: ActualTenant): void {
  differences.same('uid', intent.uid, resource.metadata.uid);
  differences.same('deletionTimestamp', undefined, resource.metadata.deletionTimestamp);
  // The finalizer of a paused tenant waits, as everything does.
  if (intent.paused === null) {
    const finalizers = intent.tenantDeletion === 'Delete' ? ['scim-operator.dev/people'] : [];
    differences.same('finalizers', finalizers, resource.metadata.finalizers ?? []);
  }
  const { enabled: _, ...wanted } = manifestOf(intent).spec;
  for (const [field, value] of Object.entries(wanted)) differences.same(`spec.${field}`, value, without(value, resource.spec[field]));
  differences.same('spec.enabled', shownEnabled(intent), resource.spec.enabled);
}

/** The value without what the API server added by default. */
function without(wanted: unknown, found: unknown): unknown {
  if (Array.isArray(wanted) && Array.isArray(found)) return found.map((item, index) => without(wanted[index], item));
  if (typeof wanted !== 'object' || wanted === null || typeof found !== 'object' || found === null) return found;
  return Object.fromEntries(
    Object.entries(found).flatMap(([name, value]) =>
      name in wanted ? [[name, without((wanted as Record<string, unknown>)[name], value)]] : [],
    ),
  );
}

/** What is served while a tenant is paused is what was served before. */
function servedOf(
  intent: TenantIntent,
  generation: number,
): { readonly generation: number; readonly displayName: string; readonly mapping: number } {
  return intent.paused ?? { generation, displayName: intent.displayName, mapping: intent.mapping };
}

function compareDerived(differences: Differences, intent: TenantIntent, { resource, derived }: ActualTenant): void {
  if (derived === null) return differences.same('derived Secret', 'a config', null);
  const served = servedOf(intent, resource.metadata.generation);
  differences.same('derived generation', served.generation, derived.generation);
  differences.same('derived displayName', served.displayName, derived.displayName);
  differences.same(
    'derived targets',
    (MAPPINGS[served.mapping] ?? []).map(({ target }) => target),
    derived.mapping.map(({ target }) => target),
  );
  differences.same('derived state', stateOf(intent), derived.state.kind);
  differences.same('derived users.onDelete', intent.onDelete, derived.users.onDelete);
  differences.same('derived breakerEpoch', resource.status?.breaker?.epoch, derived.breakerEpoch);
  differences.same('derived current token', intent.token === null ? undefined : sha256(intent.token), currentDigest(derived));
}

function currentDigest({ tokenDigests }: TenantConfig): string | undefined {
  return tokenDigests.find(({ validUntil }) => validUntil === null)?.sha256;
}

function comparePods(differences: Differences, intent: TenantIntent, { derived }: ActualTenant, { pods }: Actual): void {
  if (derived === null) return;
  const wanted = { generation: derived.generation, revision: tenantConfigRevision(derived), epoch: derived.breakerEpoch };
  for (const { name, served } of pods) differences.same(`config that ${name} serves`, wanted, served.get(keyOf(intent)));
}

function compareStatus(differences: Differences, intent: TenantIntent, { resource }: ActualTenant, { pods }: Actual): void {
  const { status, metadata } = resource;
  if (!status) return differences.same('status', 'a status', status);
  differences.same('status.observedGeneration', metadata.generation, status.observedGeneration);
  differences.same(
    'status.programmed',
    { generation: servedOf(intent, metadata.generation).generation, pods: pods.length, acknowledged: pods.length },
    status.programmed,
  );
  differences.same('status.breaker.trips', intent.trips, status.breaker.trips);
  const mayClose = intent.isOpen && intent.action === 'NotifyOnly';
  if (!mayClose) differences.same('status.breaker.state', intent.isOpen ? 'Open' : 'Closed', status.breaker.state);
  differences.same('status.token.fingerprint', intent.token === null ? undefined : fingerprintOf(intent.token), status.token?.fingerprint);
  differences.same('condition Ready', readyOf(intent), conditionOf(status, 'Ready'));
}

function readyOf(intent: TenantIntent): string {
  if (intent.paused) return 'Unknown Paused';
  const state = stateOf(intent);
  if (state === 'Tripped') return 'False Tripped';
  return state === 'Disabled' ? 'True Disabled' : 'True Programmed';
}

function conditionOf(status: { readonly conditions?: readonly { type: string; status: string; reason: string }[] }, type: string): string {
  const found = status.conditions?.find((condition) => condition.type === type);
  return found ? `${found.status} ${found.reason}` : 'none';
}

const REFUSALS = { Disabled: /switched off by its owner/, Tripped: /switched off by the failure breaker/ };

function compareAnswer(differences: Differences, intent: TenantIntent, { pod, token, status, detail }: ActualAnswer): void {
  const wanted = token === intent.token ? 'accepted' : (intent.otherTokens.get(token) ?? 'refused');
  // A token names nobody, but a report is passed on.
  const what = `answer of ${pod} to ${token === intent.token ? 'the token' : 'another token'} ${fingerprintOf(token)}`;
  if (wanted === 'either') return;
  const state = stateOf(intent);
  if (wanted === 'refused') return differences.same(what, 401, status);
  differences.same(what, state === 'Active' ? 200 : 503, status);
  if (state !== 'Active' && status === 503 && !REFUSALS[state].test(detail))
    differences.list.push(`${what} says ${JSON.stringify(detail)}`);
}
