import { fingerprintOf, type TenantIntent } from '../model/tenant-intent.ts';
import { pendingBy, tokenNotice } from '../model/mail-book.ts';
import type { Chapter, TenantContext } from './tenant-context.ts';

const CONTACTS = ['hr@acme.example', 'it@acme.example', 'oncall@acme.example', 'audit@acme.example'];

/** There and nobody has paused it. */
export function isPresent({ uid, paused }: TenantIntent): boolean {
  return uid !== null && paused === null;
}

export function isWell(intent: TenantIntent): boolean {
  return isPresent(intent) && !intent.isOpen && (intent.enabled || intent.statesEnabled);
}

/** Edits of a manifest, by a person or in a tool's repository. Who has paused a tenant may edit it too. */
export const EDIT_CHAPTERS: readonly Chapter[] = [
  edit('another display name', 3, ({ random, intent }) => {
    intent.displayName = `Company ${random.int(1, 100_000)}`;
  }),
  edit('another mapping', 3, ({ random, intent }) => {
    intent.mapping = random.int(0, 2);
  }),
  {
    ...edit('another tenantDeletion', 1, ({ intent }) => {
      intent.tenantDeletion = intent.tenantDeletion === 'Delete' ? 'Retain' : 'Delete';
    }),
    applies: isPresent,
  },
  edit('other contacts', 2, changeContacts),
  {
    ...edit('another action of the failure policy', 1, ({ intent }) => {
      intent.action = intent.action === 'Disable' ? 'NotifyOnly' : 'Disable';
    }),
    applies: (intent) => isPresent(intent) && !intent.isOpen,
  },
  {
    name: 'switched off or on by a person',
    weight: 2,
    applies: (intent) => isPresent(intent) && !intent.isOpen && !intent.statesEnabled,
    async happen({ intent, kube }) {
      const enabled = !intent.enabled;
      await kube.patchTenant(intent, { spec: { enabled } }, 'kubectl-patch');
      intent.enabled = enabled;
    },
  },
  {
    name: 'paused',
    weight: 1,
    applies: isWell,
    async happen({ intent, kube }) {
      const tenant = await kube.tenant(intent).catch(() => null);
      if (tenant === null || !isSettled(intent, tenant)) return false;
      await kube.patchTenant(intent, { metadata: { annotations: { 'scim-operator.dev/paused': 'true' } } }, 'kubectl-annotate');
      intent.paused = { generation: tenant.metadata.generation, displayName: intent.displayName, mapping: intent.mapping };
      return true;
    },
  },
  {
    name: 'pause ended',
    weight: 4,
    applies: ({ uid, paused }) => uid !== null && paused !== null,
    async happen({ intent, kube }) {
      await kube.patchTenant(intent, { metadata: { annotations: { 'scim-operator.dev/paused': null } } }, 'kubectl-annotate');
      intent.paused = null;
    },
  },
];

function edit(name: string, weight: number, change: (context: TenantContext) => void | Promise<void>): Chapter {
  return {
    name,
    weight,
    applies: ({ uid }) => uid !== null,
    async happen(context) {
      await change(context);
      await context.gitOps.publish(context.intent);
    },
  };
}

async function changeContacts({ random, intent, mails, kube }: TenantContext): Promise<void> {
  const { status } = (await kube.tenant(intent).catch(() => null)) ?? {};
  const other = random.pick(CONTACTS);
  const without = intent.contacts.filter((contact) => contact !== other);
  intent.contacts = without.length === intent.contacts.length ? [...without, other] : without.length > 0 ? without : intent.contacts;
  if (intent.uid === null) return;
  mails.contactsChanged(intent.uid, intent.contacts, pendingBy(status));
  if (intent.hasMaxAge && intent.token !== null) mails.allow(intent.uid, tokenNotice(intent.token), intent.contacts);
}

/** The operator has done all that is wanted by now, and every pod serves it. */
// oxlint-disable-next-line typescript/no-explicit-any -- a ScimTenant as the API server shows it
function isSettled({ token }: TenantIntent, { metadata, status }: any): boolean {
  if (!status || token === null) return false;
  const { observedGeneration, programmed, token: seen } = status;
  return (
    observedGeneration === metadata.generation &&
    programmed.generation === metadata.generation &&
    programmed.pods > 0 &&
    programmed.acknowledged === programmed.pods &&
    seen.fingerprint === fingerprintOf(token)
  );
}
