import { describe, expect, test } from '@jest/globals';
import { messageId, tripNotice } from '../model/mail-book.ts';
import type { TenantIntent } from '../model/tenant-intent.ts';
import type { Actual, ActualAnswer, ActualTenant } from './actual.ts';
import { aPerson, aStore, aWorld, stored, TOKEN, type World } from './an-audited-tenant.ts';
import { audit } from './audit.ts';

const KEY = 'team-a/acme';

function found({ wanted }: World, actual: Actual): readonly string[] {
  return audit(wanted, actual);
}

/** The world's tenant with something changed. */
function withTenant({ actual }: World, change: (tenant: ActualTenant) => ActualTenant): Actual {
  return { ...actual, tenants: new Map([[KEY, change(JSON.parse(JSON.stringify(actual.tenants.get(KEY))))]]) };
}

function withResource(world: World, change: (resource: ActualTenant['resource']) => void): Actual {
  return withTenant(world, (tenant) => {
    change(tenant.resource);
    return tenant;
  });
}

describe('an audit', () => {
  test.each<[string, Partial<TenantIntent>]>([
    ['in service', {}],
    ['switched off by a person', { enabled: false }],
    ['tripped', { trips: 2, isOpen: true }],
    ['tripped, while a tool says enabled: true', { trips: 1, isOpen: true, statesEnabled: true, writer: 'flux' }],
    ['to be deleted with its people', { tenantDeletion: 'Delete' }],
    ['deleted', { uid: null }],
  ])('finds nothing in a world where a tenant is %s, and it is so', (_, changes) => {
    const world = aWorld(changes);
    expect(found(world, world.actual)).toEqual([]);
  });

  test('finds a tenant that was deleted and one that was not to be', () => {
    const gone = aWorld();
    expect(found(gone, { ...gone.actual, tenants: new Map() })).toEqual(['team-a/acme: is wanted and not there']);
    const there = aWorld({ uid: null });
    expect(found(there, { ...there.actual, tenants: aWorld().actual.tenants })).toEqual(['team-a/acme: was deleted and is there']);
  });

  test.each<[string, (resource: ActualTenant['resource']) => void, string]>([
    ['a spec that a tool took back', (r) => (r.spec.displayName = 'Old'), 'spec.displayName is "Old", wanted "Acme"'],
    [
      'a finalizer that is left',
      (r) => (r.metadata.finalizers = ['scim-operator.dev/people']),
      'finalizers is ["scim-operator.dev/people"], wanted []',
    ],
    ['a mirror without a trip', (r) => (r.spec.enabled = false), 'spec.enabled is false, wanted true'],
    ['a status that is behind', (r) => (r.status.observedGeneration = 3), 'status.observedGeneration is 3, wanted 4'],
    ['a trip that nobody caused', (r) => (r.status.breaker.trips = 1), 'status.breaker.trips is 1, wanted 0'],
    ['a breaker that is open', (r) => (r.status.breaker.state = 'Open'), 'status.breaker.state is "Open", wanted "Closed"'],
    [
      'a pod that is not counted',
      (r) => (r.status.programmed.acknowledged = 1),
      'status.programmed is {"generation":4,"pods":2,"acknowledged":1}, wanted {"generation":4,"pods":2,"acknowledged":2}',
    ],
    ['a wrong Ready', (r) => (r.status.conditions[0].reason = 'Disabled'), 'condition Ready is "True Disabled", wanted "True Programmed"'],
  ])('finds %s', (_, change, difference) => {
    const world = aWorld();
    expect(found(world, withResource(world, change))).toContain(`${KEY}: ${difference}`);
  });

  test('finds a derived Secret that is missing, of another state, or with another token', () => {
    const world = aWorld();
    expect(
      found(
        world,
        withTenant(world, (tenant) => ({ ...tenant, derived: null })),
      ),
    ).toEqual([`${KEY}: derived Secret is null, wanted "a config"`]);
    const disabled = withTenant(world, (tenant) => ({ ...tenant, derived: { ...tenant.derived!, state: { kind: 'Disabled' } } }));
    expect(found(world, disabled)).toContain(`${KEY}: derived state is "Disabled", wanted "Active"`);
    const strange = withTenant(world, (tenant) => ({ ...tenant, derived: { ...tenant.derived!, tokenDigests: [] } }));
    expect(found(world, strange).join('\n')).toMatch(/derived current token is undefined, wanted "[0-9a-f]{64}"/);
  });

  test('finds a pod that is out of step, and one that has never heard of the tenant', () => {
    const world = aWorld();
    const [first, second] = world.actual.pods;
    const served = { ...second!.served.get(KEY)!, revision: 'of-yesterday' };
    const late = { ...world.actual, pods: [first!, { name: 'scim-1', served: new Map([[KEY, served]]) }] };
    expect(found(world, late).join('\n')).toMatch(/^team-a\/acme: config that scim-1 serves is .*"of-yesterday".*, wanted /);
    const deaf = { ...world.actual, pods: [first!, { name: 'scim-1', served: new Map() }] };
    expect(found(world, deaf).join('\n')).toMatch(/^team-a\/acme: config that scim-1 serves is undefined, wanted /);
  });

  test.each<[string, Partial<TenantIntent>, Partial<ActualAnswer>, RegExp | null]>([
    ['the token accepted', {}, {}, null],
    ['the token refused', {}, { status: 401, total: null }, /answer of scim-0 to the token sha256:\w+ is 401, wanted 200/],
    ['a tripped tenant in service', { isOpen: true }, {}, /is 200, wanted 503/],
    [
      'a tripped tenant said to be switched off by its owner',
      { isOpen: true },
      { status: 503, total: null, detail: 'switched off by its owner' },
      /says "switched off by its owner"/,
    ],
    [
      'a revoked token accepted',
      { otherTokens: new Map([['old', 'refused']]) },
      { token: 'old' },
      /another token sha256:\w+ is 200, wanted 401/,
    ],
    [
      'a token of the overlap refused',
      { otherTokens: new Map([['old', 'accepted']]) },
      { token: 'old', status: 401, total: null },
      /is 401, wanted 200/,
    ],
    ['a token that may be good', { otherTokens: new Map([['old', 'either']]) }, { token: 'old', status: 401, total: null }, null],
    ['a token of nobody accepted', {}, { token: 'of nobody' }, /is 200, wanted 401/],
    ['fewer people on one pod', {}, { total: 0 }, /scim-0 finds 0 people, wanted 1/],
  ])('judges %s', (_, changes, answer, difference) => {
    const world = aWorld(changes);
    const answers = [{ pod: 'scim-0', token: TOKEN, status: 200, detail: '', total: 1, ...answer }];
    const differences = found(
      world,
      withTenant(world, (tenant) => ({ ...tenant, answers })),
    ).join('\n');
    if (difference === null) expect(differences).toBe('');
    else expect(differences).toMatch(difference);
  });
});

describe('an audit of people', () => {
  const ann = stored('id-ann', aPerson());

  test.each<[string, Parameters<typeof aStore>[0], string]>([
    ['an acknowledged person who is lost', { users: [] }, 'ann (id-ann) was acknowledged and is lost'],
    [
      'a person whom nobody acknowledged',
      { users: [ann, stored('id-bob', aPerson({ userName: 'bob' }))] },
      'bob (id-bob) is stored, and nobody has acknowledged that',
    ],
    ['a person who is there twice', { users: [ann, stored('id-2', aPerson())] }, 'ann is there twice'],
    [
      'an acknowledged change that is lost',
      { users: [stored('id-ann', aPerson({ title: 'old' }))] },
      'ann is {"userName":"ann","displayName":"Ann","title":"old","badge":7,"active":true}, wanted {"userName":"ann","displayName":"Ann","title":"Lead","badge":7,"active":true}',
    ],
    [
      'a record of another mapping',
      { users: [{ ...ann, record: { login: 'ANN' } }] },
      'the record of ann is {"login":"ANN"}, wanted {"login":"ann","name":"Ann","title":"Lead","badge":7}',
    ],
    [
      'a deleted person who is kept unasked',
      { users: [ann, stored('id-3', aPerson({ userName: 'eve', active: false }), { isDeleted: true })] },
      'eve (id-3) is kept, inactive, and was not to be',
    ],
    [
      'a group of nobody',
      { users: [ann], groups: [{ id: 'g', displayName: 'g' }] },
      'the group g (g) is stored, and nobody has acknowledged that',
    ],
    [
      'a membership of a group that is gone',
      { users: [ann], memberships: [{ group: 'g', member: 'id-ann', visible: true }] },
      'a membership is left of g, which is no group',
    ],
  ])('finds %s', (_, store, difference) => {
    const world = aWorld();
    expect(found(world, { ...world.actual, stores: new Map([[KEY, aStore(store)]]) })).toContain(`${KEY}: ${difference}`);
  });

  test('finds a deleted person who was to be kept, and one who is active', () => {
    const world = aWorld();
    world.book.retire('id-ann');
    const stores = (store: Parameters<typeof aStore>[0]) => ({ ...world.actual, stores: new Map([[KEY, aStore(store)]]) });
    expect(found(world, stores({ users: [] }))).toEqual([`${KEY}: ann (id-ann) was to be kept, inactive, and is lost`]);
    expect(found(world, stores({ users: [{ ...ann, isDeleted: true }] }))).toEqual([`${KEY}: id-ann was deleted and is active`]);
  });

  test('finds a lost member, and none in a member who was deleted', () => {
    const world = aWorld();
    world.book.groups.set('g', { displayName: 'g', members: new Set(['id-ann', 'id-deleted']) });
    const store = { users: [ann], groups: [{ id: 'g', displayName: 'g' }] };
    const stores = (members: readonly string[]) =>
      new Map([[KEY, aStore({ ...store, memberships: members.map((member) => ({ group: 'g', member, visible: true })) })]]);
    expect(found(world, { ...world.actual, stores: stores(['id-ann']) })).toEqual([]);
    expect(found(world, { ...world.actual, stores: stores([]) })).toEqual([`${KEY}: the group g has 0 members , wanted 1: id-ann`]);
  });

  test('finds people who were to go with their tenant', () => {
    const world = aWorld({ uid: null });
    world.book.clear();
    expect(found(world, world.actual)).toEqual([`${KEY}: ann (id-ann) is stored, and nobody has acknowledged that`]);
  });
});

describe('an audit of what is left', () => {
  test('finds an orphaned derived Secret, a pod that serves it, and people and a tenant of nobody', () => {
    const world = aWorld({ uid: null });
    world.book.clear();
    const other = aWorld().actual;
    const actual = {
      ...other,
      tenants: new Map([['team-a/stranger', other.tenants.get(KEY)!]]),
      stores: new Map([['team-a/nobody', aStore()]]),
    };
    expect(found(world, actual)).toEqual([
      'the derived Secret team-a.acme has no tenant',
      'team-a/stranger is a ScimTenant that nobody made',
      'the store has people of team-a/nobody, which nobody made',
      'scim-0 serves team-a/acme, which is not there',
      'scim-1 serves team-a/acme, which is not there',
    ]);
  });

  test('finds a Lease that nobody holds who runs', () => {
    const world = aWorld();
    expect(found(world, { ...world.actual, leaseHolder: 'operator-7_aa' })).toEqual([
      'the Lease is held by "operator-7_aa", and no operator of that name runs',
    ]);
  });
});

describe('an audit of mails', () => {
  const contact = 'hr@acme.example';
  const mail = { to: contact, messageId: messageId('uid-1', tripNotice(1), contact), subject: 'tripped' };

  test('takes a mail that was sent twice, and finds one that was lost', () => {
    const world = aWorld();
    world.mails.owe('uid-1', tripNotice(1), [contact]);
    expect(found(world, { ...world.actual, mails: [mail, mail] })).toEqual([]);
    expect(found(world, world.actual)).toEqual(['the mail trip-1 of uid-1 to hr@acme.example is lost']);
    expect(found(world, { ...world.actual, mails: [{ ...mail, to: 'other@acme.example' }] })).toHaveLength(2);
  });

  test('finds a mail that nobody owed', () => {
    const world = aWorld();
    expect(found(world, { ...world.actual, mails: [mail] })).toEqual([
      `a mail to ${contact} was owed to nobody: ${mail.messageId} "tripped"`,
    ]);
  });
});
