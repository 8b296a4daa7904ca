import { V1MicroTime } from '@kubernetes/client-node';
import { API_GROUP, API_VERSION, KIND, OPERATOR_FIELD_MANAGER, type ScimTenant } from '../../api/scim-tenant.ts';
import type { TenantEvent } from '../../controller/ports.ts';

/** events.k8s.io/v1 holds a note of at most 1,024 bytes. */
const LONGEST_NOTE_BYTES = 1_024;

/** Event of events.k8s.io/v1 that `kubectl describe scimtenant` shows. `action` is required there; ours says what was at work. */
export function tenantEventManifest(tenant: ScimTenant, event: TenantEvent, milliseconds: number, instance: string) {
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { generateName: `${tenant.name}-`, namespace: tenant.namespace },
    eventTime: new V1MicroTime(milliseconds).toISOString(),
    type: event.type,
    reason: event.reason,
    action: 'Reconcile',
    note: cut(event.message),
    regarding: {
      apiVersion: `${API_GROUP}/${API_VERSION}`,
      kind: KIND,
      namespace: tenant.namespace,
      name: tenant.name,
      uid: tenant.uid,
    },
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
