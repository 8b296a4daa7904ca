import type { TenantIntent, Writer } from './model/tenant-intent.ts';
import type { Random } from './random.ts';

export const NAMESPACES: readonly string[] = ['team-a', 'team-b', 'team-c'];

const TOOLS: readonly Writer[] = ['argocd', 'argocd-server-side', 'flux', 'kubectl-apply'];

/** A name that a tenant may have, with what stays the same whenever one comes and goes there. */
export function newSlot(index: number, random: Random): TenantIntent {
  const writer = random.chance(0.5) ? 'person' : random.pick(TOOLS);
  return {
    namespace: NAMESPACES[index % NAMESPACES.length] ?? 'team-a',
    name: `tenant-${index}`,
    writer,
    statesEnabled: writer !== 'person' && random.chance(0.5),
    generatesToken: random.chance(0.5),
    onDelete: random.chance(0.5) ? 'Deactivate' : 'Remove',
    hasMaxAge: random.chance(0.3),
    uid: null,
    displayName: `Company ${index}`,
    mapping: random.int(0, 2),
    contacts: ['hr@acme.example', 'it@acme.example'],
    tenantDeletion: random.chance(0.5) ? 'Delete' : 'Retain',
    action: random.chance(0.8) ? 'Disable' : 'NotifyOnly',
    overlap: random.chance(0.5) ? '0s' : '24h',
    resetToken: '',
    enabled: true,
    paused: null,
    token: null,
    otherTokens: new Map(),
    trips: 0,
    isOpen: false,
  };
}
