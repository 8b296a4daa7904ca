import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { TenantConfig } from '#common/tenant-config.ts';
import { changedUser } from '#scim-service/domain/next-user.ts';
import type { StoredUser } from '#scim-service/domain/stored-user.ts';
import { StoreUnavailableError } from '#scim-service/provisioning/scim-store.ts';
import { UpkeepNote } from '#scim-service/tenancy/upkeep-note.ts';
import type { ServedTenant } from '#scim-service/tenancy/tenant-directory.ts';
import { reprojectPeople, type ReprojectionEnd, type ReprojectionParts } from '#scim-service/upkeep/reproject-people.ts';
import { configRank } from '#scim-service/upkeep/job-lease.ts';
import { aRule } from '#test/support/a-tenant-config.ts';
import { AFTER, BEFORE, DEMANDING, UpkeepWorld } from '#test/support/upkeep-world.ts';

const TENANT = 'team-hr/acme';
const START = '2026-11-24T10:00:00.000Z';

let world: UpkeepWorld;
let stop: AbortController;

beforeEach(() => {
  world = new UpkeepWorld();
  stop = new AbortController();
});

afterEach(() => world[Symbol.dispose]());

function reproject(tenant: ServedTenant, parts: ReprojectionParts = world.pod()): Promise<ReprojectionEnd> {
  return world.finish(reprojectPeople(parts, tenant, stop.signal));
}

/** People of the store by the names of their fields, as many as have each. */
async function shapes(): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { person } of await world.everyone()) {
    const shape = Object.keys(person).toSorted().join(' ');
    counts[shape] = (counts[shape] ?? 0) + 1;
  }
  return counts;
}

const OLD_SHAPE = 'designation firstName login';
const NEW_SHAPE = 'account firstName';

describe('reprojectPeople', () => {
  test('brings everybody to the mapping, retired people too, and leaves nothing of what it no longer takes', async () => {
    const people = await world.addPeople(60);
    const retired = await world.retire(people[7]!);
    const tenant = world.served(AFTER);

    expect(await reproject(tenant)).toEqual({ end: 'ended', tookPart: true });
    const everyone = await world.everyone();
    expect(everyone.map(({ projection }) => projection)).toEqual(Array(60).fill(tenant.model.projection));
    expect(JSON.stringify(everyone)).not.toMatch(/title|designation/);
    expect(everyone.find(({ id }) => id === retired.id)).toEqual({
      ...retired,
      resource: { userName: 'person-8', active: false, name: { givenName: 'Given 8' } },
      person: { account: { login: 'person-8' }, firstName: 'Given 8' },
      projection: tenant.model.projection,
    });
    expect(everyone.map(({ version }) => version)).toEqual(people.map(({ id }) => (id === retired.id ? 2 : 1)));
    expect(tenant.upkeep.reprojection).toEqual({
      projection: tenant.model.projection,
      startedAt: START,
      finishedAt: new Date(Date.parse(START) + 30).toISOString(),
      total: 60,
      done: 60,
      incomplete: 0,
    });
    expect(world.counted.reprojected).toBe(60);
    expect(world.log.lines).toMatchObject([{ outdated: 60 }, { people: 60, incomplete: 0 }]);
    expect(JSON.stringify(world.log.lines)).not.toMatch(/person-|Given/);
  });

  test('has nothing to say when everybody is of the mapping', async () => {
    await world.addPeople(3, AFTER);
    const tenant = world.served(AFTER);

    expect(await reproject(tenant)).toEqual({ end: 'ended', tookPart: false });
    expect({ note: tenant.upkeep.reprojection, log: world.log.lines, counted: world.counted.reprojected }).toEqual({
      note: null,
      log: [],
      counted: 0,
    });
  });

  test('stops at once when told, and goes on from there: nobody is done twice', async () => {
    await world.addPeople(60);
    const tenant = world.served(AFTER);
    const parts = world.podWith({
      async refresh(users) {
        const written = await world.store.upkeep.refresh(users);
        if (world.counted.reprojected === 25) stop.abort();
        return written;
      },
    });

    expect(await reproject(tenant, parts)).toEqual({ end: 'stopped', tookPart: true });
    expect(await shapes()).toEqual({ [OLD_SHAPE]: 10, [NEW_SHAPE]: 50 });
    expect(tenant.upkeep.reprojection).toMatchObject({ total: 60, done: 50, finishedAt: null });

    stop = new AbortController();
    await world.time.pass(5_000);
    expect(await reproject(tenant)).toEqual({ end: 'ended', tookPart: true });
    expect(await shapes()).toEqual({ [NEW_SHAPE]: 60 });
    expect(tenant.upkeep.reprojection).toMatchObject({ startedAt: START, total: 60, done: 60 });
    expect(world.counted.reprojected).toBe(60);
  });

  test('is taken over by another pod when its own was killed in the middle', async () => {
    await world.addPeople(60);
    const killed = world.podWith({
      async refresh(users) {
        await world.store.upkeep.refresh(users);
        stop.abort();
        throw new StoreUnavailableError('refresh', new Error('the connection was closed'));
      },
    });
    await reproject(world.served(AFTER), killed);
    stop = new AbortController();
    const other = world.served(AFTER);

    expect(await reproject(other, world.pod('pod-b'))).toEqual({ end: 'later', tookPart: false });
    await world.time.pass(15_000);
    expect(await reproject(other, world.pod('pod-b'))).toEqual({ end: 'ended', tookPart: true });
    expect(await shapes()).toEqual({ [NEW_SHAPE]: 60 });
    expect(other.upkeep.reprojection).toMatchObject({ total: 35, done: 35 });
  });

  test('loses to a request that writes between its reading and its writing', async () => {
    await world.addPeople(130);
    const tenant = world.served(AFTER);
    const byRequest = new Map<string, StoredUser>();
    const parts = world.podWith({
      async findOutdated(...parameters) {
        const found = await world.store.upkeep.findOutdated(...parameters);
        for (const person of found.slice(0, 2)) byRequest.set(person.id, await rename(tenant, person));
        return found;
      },
    });

    expect(await reproject(tenant, parts)).toEqual({ end: 'ended', tookPart: true });
    expect(byRequest.size).toBe(4);
    const everyone = await world.everyone();
    for (const [id, written] of byRequest) expect(everyone.find((person) => person.id === id)).toEqual(written);
    expect(await shapes()).toEqual({ [NEW_SHAPE]: 130 });
    // Two of the first batch were no longer outdated when everybody was counted.
    expect(tenant.upkeep.reprojection).toMatchObject({ total: 128, done: 128 });
    expect(world.counted.reprojected).toBe(126);
  });

  test('comes back to whom a pod with the mapping before wrote meanwhile, and keeps what was written', async () => {
    await world.addPeople(3);
    const [tenant, behind] = [world.served(AFTER), world.served(BEFORE)];
    let writes = 0;
    const parts = world.podWith({
      async findOutdated(...parameters) {
        const found = await world.store.upkeep.findOutdated(...parameters);
        if (writes++ < 3) for (const person of found) await rename(behind, person);
        return found;
      },
    });

    expect(await reproject(tenant, parts)).toEqual({ end: 'ended', tookPart: true });
    expect(world.time.slept).toEqual([250, 500, 1_000, 10]);
    expect(await shapes()).toEqual({ [NEW_SHAPE]: 3 });
    expect((await world.everyone()).map(({ version, person }) => `${version} ${JSON.stringify(person['firstName'])}`)).toEqual(
      Array(3).fill('4 "Renamed 4"'),
    );
    expect(tenant.upkeep.reprojection).toMatchObject({ total: 3, done: 3 });
  });

  test('counts people who turn up while it goes on', async () => {
    await world.addPeople(30);
    const tenant = world.served(AFTER);
    const totals: number[] = [];
    const parts = world.podWith({
      async refresh(users) {
        if (totals.length === 1) await world.addPeople(5);
        totals.push(tenant.upkeep.reprojection!.total);
        return world.store.upkeep.refresh(users);
      },
    });
    await reproject(tenant, parts);

    expect(totals).toEqual([30, 30, 35]);
    expect(tenant.upkeep.reprojection).toMatchObject({ total: 35, done: 35 });
  });

  test('makes of a person what it can, and counts who lacks something or has what does not fit', async () => {
    await world.addPeople(30, DEMANDING, { 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { department: 'IT' } });
    await world.addPeople(4);
    const tenant = world.served({ ...DEMANDING, mapping: [...DEMANDING.mapping, aRule('externalId', 'directoryId')] });
    await reproject(tenant);

    expect(await shapes()).toEqual({ 'account department firstName': 30, [NEW_SHAPE]: 4 });
    expect(tenant.upkeep.reprojection).toMatchObject({ total: 34, done: 34, incomplete: 4 });
  });

  test('two pods at once do each person once between them', async () => {
    await world.addPeople(60);
    const [here, there] = [world.served(AFTER), world.served(AFTER)];
    const ends = await Promise.all([reproject(here, world.pod('pod-a')), reproject(there, world.pod('pod-b'))]);

    expect(ends).toEqual([
      { end: 'ended', tookPart: true },
      { end: 'later', tookPart: false },
    ]);
    expect(await shapes()).toEqual({ [NEW_SHAPE]: 60 });
    expect(world.counted.reprojected).toBe(60);
    expect(there.upkeep.reprojection).toBeNull();
  });

  test('two pods that both believe to have the lease do no harm', async () => {
    await world.addPeople(60);
    const leases = { take: () => Promise.resolve(true) };
    const pods = ['pod-a', 'pod-b'].map((holder) => {
      const parts = world.pod(holder);
      return reproject(world.served(AFTER), { ...parts, store: { ...parts.store, leases } });
    });
    await Promise.all(pods);

    expect(await shapes()).toEqual({ [NEW_SHAPE]: 60 });
    expect((await world.everyone()).map(({ version }) => version)).toEqual(Array(60).fill(1));
  });

  test('a pod that has not heard of the newest mapping does not undo it', async () => {
    await world.addPeople(30);
    await reproject(world.served(AFTER), world.pod('pod-a'));
    await world.time.pass(9 * 60_000);

    expect(await reproject(world.served(BEFORE), world.pod('pod-b'))).toEqual({ end: 'later', tookPart: false });
    expect(await shapes()).toEqual({ [NEW_SHAPE]: 30 });
  });

  test('a tenant that is made anew under its old name is brought to its mapping as soon as nobody works on it', async () => {
    await world.addPeople(5);
    await reproject(world.served({ ...AFTER, generation: 40, breakerEpoch: world.time.now() }), world.pod('pod-a'));
    await world.time.pass(20_000);

    const anew = { ...BEFORE, generation: 1, breakerEpoch: world.time.now() };
    expect(await reproject(world.served(anew), world.pod('pod-b'))).toEqual({ end: 'ended', tookPart: true });
    expect(await shapes()).toEqual({ 'firstName login': 5 });
  });

  test('a tenant whose epochs begin anew is brought to its mapping after a while', async () => {
    await world.addPeople(5);
    await reproject(world.served({ ...AFTER, generation: 40 }), world.pod('pod-a'));
    await world.time.pass(11 * 60_000);

    expect(await reproject(world.served(BEFORE), world.pod('pod-b'))).toEqual({ end: 'ended', tookPart: true });
    expect(await shapes()).toEqual({ 'firstName login': 5 });
  });

  test('gives up when another pod has got the lease meanwhile', async () => {
    await world.addPeople(60);
    const tenant = world.served(AFTER);
    const parts = world.podWith({
      async refresh(users) {
        // As of a process that was stopped for a while.
        world.time.advance(20_000);
        await world.store.leases.take(aLease('pod-b', 20_000));
        return world.store.upkeep.refresh(users);
      },
    });

    expect(await reproject(tenant, parts)).toEqual({ end: 'later', tookPart: true });
    expect(await shapes()).toEqual({ [OLD_SHAPE]: 35, [NEW_SHAPE]: 25 });
    expect(tenant.upkeep.reprojection).toMatchObject({ total: 60, done: 25, finishedAt: null });
  });

  test('keeps its lease for as long as it takes', async () => {
    await world.addPeople(60);
    const other: boolean[] = [];
    const parts = world.podWith({
      async refresh(users) {
        world.time.advance(9_000);
        other.push(await world.store.leases.take(aLease('pod-b', 0)));
        return world.store.upkeep.refresh(users);
      },
    });

    expect(await reproject(world.served(AFTER), parts)).toEqual({ end: 'ended', tookPart: true });
    expect(other).toEqual([false, false, false]);
  });

  test.each(['findOutdated', 'countOutdated', 'refresh'] as const)('goes on when %s fails now and then', async (method) => {
    await world.addPeople(30);
    const tenant = world.served(AFTER);
    let calls = 0;
    const { upkeep } = world.store;
    const sometimes = async () => {
      if (calls++ % 2 === 0) throw new StoreUnavailableError(method, new Error('away'));
    };
    const parts = world.podWith({
      [method]: async (...parameters: never[]) => {
        await sometimes();
        return (upkeep[method] as (...all: never[]) => Promise<unknown>)(...parameters);
      },
    });

    expect(await reproject(tenant, parts)).toEqual({ end: 'ended', tookPart: true });
    expect(await shapes()).toEqual({ [NEW_SHAPE]: 30 });
    expect(tenant.upkeep.reprojection).toMatchObject({ total: 30, done: 30 });
  });

  test('writes fewer at a time for a store that does not manage as many, and carefully more again', async () => {
    await world.addPeople(100);
    const sizes: number[] = [];
    const parts = world.podWith({
      async refresh(users) {
        sizes.push(users.length);
        if (users.length > 10) throw new StoreUnavailableError('refresh', new Error('timed out'));
        return world.store.upkeep.refresh(users);
      },
    });

    expect(await reproject(world.served(AFTER), parts)).toEqual({ end: 'ended', tookPart: true });
    expect(await shapes()).toEqual({ [NEW_SHAPE]: 100 });
    expect(sizes).toEqual([25, 13, 7, 8, 9, 10, 11, 6, 7, 8, 9, 10, 11, 6, 7, 8, 5]);
  });

  test('says that it is finished though others did the rest', async () => {
    await world.addPeople(60);
    const upkeep = new UpkeepNote();
    upkeep.reprojection = {
      projection: world.served(AFTER).model.projection,
      startedAt: START,
      finishedAt: null,
      total: 60,
      done: 10,
      incomplete: 1,
    };
    const here = { ...world.served(AFTER), upkeep };
    await reproject(world.served(AFTER), world.pod('pod-b'));
    await reproject(here, world.pod('pod-a'));

    expect(here.upkeep.reprojection).toMatchObject({
      total: 60,
      done: 60,
      incomplete: 1,
      finishedAt: new Date(world.time.now() - 1_000).toISOString(),
    });
  });
});

function aLease(holder: string, lasting: number, config: TenantConfig = AFTER) {
  const now = world.time.now();
  return {
    name: `reproject ${TENANT}`,
    holder,
    rank: configRank(config),
    now: new Date(now),
    until: new Date(now + lasting),
    forgetBefore: new Date(0),
  };
}

/** What a request to a pod with that mapping makes of a person. */
async function rename({ model }: ServedTenant, { id }: StoredUser): Promise<StoredUser> {
  const stored = (await world.store.users.findById(TENANT, id))!;
  const resource = { ...stored.resource, name: { givenName: `Renamed ${stored.version + 1}` } };
  const changed = changedUser(model, stored, resource, new Date(world.time.now()));
  if (!(await world.store.users.replace(changed, stored.version))) throw new Error(`${id} was changed meanwhile`);
  return changed;
}
