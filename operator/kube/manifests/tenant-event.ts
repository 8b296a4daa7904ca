import { microTime } from '#common/kubernetes/micro-time.ts';
import { API_GROUP, API_VERSION, KIND, OPERATOR_FIELD_MANAGER, type ScimTenant } from '../../api/scim-tenant.ts';
import type { TenantEvent } from '../../controller/ports.ts';

/** events.k8s.io/v1 holds a note of at most 1,024 bytes. */
const LONGEST_NOTE_BYTES = 1_024;

/** Of Events about what is in no namespace: the API server takes them in this one only. */
const NAMESPACE_OF_CLUSTER_EVENTS = 'default';

/** Event that `kubectl describe scimtenant` shows. */
export function tenantEventManifest(tenant: ScimTenant, event: TenantEvent, milliseconds: number, instance: string) {
  const { namespace, name, uid } = tenant;
  const regarding = { apiVersion: `${API_GROUP}/${API_VERSION}`, kind: KIND, namespace, name, uid };
  return { ...eventManifest(event, milliseconds, instance), metadata: { generateName: `${name}-`, namespace }, regarding };
}

/** Event about a namespace, for when the namespace itself takes none: `kubectl -n default get events` shows it. */
export function namespaceEventManifest(namespace: string, event: TenantEvent, milliseconds: number, instance: string) {
  const metadata = { generateName: `${namespace}-`, namespace: NAMESPACE_OF_CLUSTER_EVENTS };
  return { ...eventManifest(event, milliseconds, instance), metadata, regarding: { apiVersion: 'v1', kind: 'Namespace', name: namespace } };
}

/** Of events.k8s.io/v1. `action` is required there; ours says what was at work. */
function eventManifest(event: TenantEvent, milliseconds: number, instance: string) {
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    eventTime: microTime(milliseconds),
    type: event.type,
    reason: event.reason,
    action: 'Reconcile',
    note: cut(event.message),
    reportingController: `${API_GROUP}/${OPERATOR_FIELD_MANAGER}`,
    reportingInstance: instance,
  };
}

function cut(note: string): string {
  if (Buffer.byteLength(note) <= LONGEST_NOTE_BYTES) return note;
  const ellipsis = '…';
  // A character that the cut splits becomes U+FFFD at the very end.
  const kept = Buffer.from(note)
    .subarray(0, LONGEST_NOTE_BYTES - Buffer.byteLength(ellipsis))
    .toString('utf8');
  return kept.replace(/\uFFFD+$/, '') + ellipsis;
}
