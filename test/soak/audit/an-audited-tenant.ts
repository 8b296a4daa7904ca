import { tenantConfigRevision, type TenantConfig } from '#common/tenant-config.ts';
import { aTenantConfig } from '../../support/a-tenant-config.ts';
import { MailBook } from '../model/mail-book.ts';
import { PeopleBook } from '../model/people-book.ts';
import { BADGE_SCHEMA, type Person } from '../model/person.ts';
import { fingerprintOf, keyOf, manifestOf, MAPPINGS, sha256, shownEnabled, stateOf, type TenantIntent } from '../model/tenant-intent.ts';
import type { Actual, ActualStore, ActualTenant, StoredPerson } from './actual.ts';
import type { Wanted } from './audit.ts';
import { recordOf } from './audit-people.ts';

/** A world in which everything is as it is wanted, for tests that put one thing wrong. */

export const TOKEN = 'a-token-of-the-tenant-0123456789';

function anIntent(changes: Partial<TenantIntent> = {}): TenantIntent {
  return {
    namespace: 'team-a',
    name: 'acme',
    writer: 'person',
    statesEnabled: false,
    generatesToken: false,
    onDelete: 'Deactivate',
    hasMaxAge: false,
    uid: 'uid-1',
    displayName: 'Acme',
    mapping: 0,
    contacts: ['hr@acme.example'],
    tenantDeletion: 'Retain',
    action: 'Disable',
    overlap: '24h',
    resetToken: '',
    enabled: true,
    paused: null,
    token: TOKEN,
    otherTokens: new Map(),
    trips: 0,
    isOpen: false,
    ...changes,
  };
}

export function aPerson(changes: Partial<Person> = {}): Person {
  return { userName: 'ann', displayName: 'Ann', title: 'Lead', badge: 7, active: true, ...changes };
}

export function stored(id: string, person: Person, changes: Partial<StoredPerson> = {}): StoredPerson {
  const { userName, displayName, title, badge, active } = person;
  const resource = { userName, displayName, title, active, [BADGE_SCHEMA]: { badge } };
  return { id, isDeleted: false, active, resource, record: recordOf(person, 0), ...changes };
}

export function aStore(changes: Partial<ActualStore> = {}): ActualStore {
  return { users: [], groups: [], memberships: [], ...changes };
}

/** What the cluster shows of a tenant that is as it is wanted. */
function aTenant(intent: TenantIntent): ActualTenant {
  const state: TenantConfig['state'] =
    stateOf(intent) === 'Tripped'
      ? { kind: 'Tripped', openedAt: '2026-11-24T06:00:00Z', reason: 'too many failures' }
      : { kind: stateOf(intent) === 'Active' ? 'Active' : 'Disabled' };
  const rules = MAPPINGS[intent.mapping] ?? [];
  const template = aTenantConfig();
  const derived: TenantConfig = {
    ...template,
    namespace: intent.namespace,
    name: intent.name,
    generation: 4,
    displayName: intent.displayName,
    state,
    tokenDigests: [{ sha256: sha256(intent.token ?? ''), validUntil: null }],
    mapping: rules.map(({ target }) => ({ ...template.mapping[0]!, target })),
    users: { onDelete: intent.onDelete, retentionSeconds: 1 },
    breakerEpoch: 5,
  };
  const tripped = state.kind === 'Tripped';
  const resource = {
    metadata: {
      ...manifestOf(intent).metadata,
      uid: intent.uid,
      generation: 4,
      ...(intent.tenantDeletion === 'Delete' && { finalizers: ['scim-operator.dev/people'] }),
    },
    spec: { ...manifestOf(intent).spec, enabled: shownEnabled(intent) },
    status: {
      observedGeneration: 4,
      programmed: { generation: 4, pods: 2, acknowledged: 2 },
      breaker: { trips: intent.trips, state: intent.isOpen ? 'Open' : 'Closed', epoch: 5 },
      token: { fingerprint: fingerprintOf(intent.token ?? '') },
      conditions: [
        {
          type: 'Ready',
          status: tripped ? 'False' : 'True',
          reason: tripped ? 'Tripped' : state.kind === 'Active' ? 'Programmed' : 'Disabled',
        },
      ],
    },
  };
  return { resource, derived, answers: [] };
}

export interface World {
  readonly intent: TenantIntent;
  readonly book: PeopleBook;
  readonly mails: MailBook;
  readonly wanted: Wanted;
  readonly actual: Actual;
}

/** One tenant with Ann in it, whom two pods serve. */
export function aWorld(changes: Partial<TenantIntent> = {}): World {
  const intent = anIntent(changes);
  const key = keyOf(intent);
  const book = new PeopleBook();
  book.put('id-ann', aPerson());
  const mails = new MailBook();
  const tenant = aTenant(intent);
  const served = { generation: 4, revision: tenantConfigRevision(tenant.derived!), epoch: 5 };
  const isThere = intent.uid !== null;
  const entry = isThere ? [[key, served] as const] : [];
  return {
    intent,
    book,
    mails,
    wanted: { tenants: [{ intent, book }], mails },
    actual: {
      tenants: new Map(isThere ? [[key, tenant]] : []),
      derivedSecrets: isThere ? [`${intent.namespace}.${intent.name}`] : [],
      leaseHolder: 'operator-1_f1b0',
      operators: ['operator-0', 'operator-1'],
      pods: ['scim-0', 'scim-1'].map((name) => ({ name, served: new Map(entry) })),
      stores: new Map([[key, aStore({ users: [stored('id-ann', aPerson())] })]]),
      mails: [],
    },
  };
}
