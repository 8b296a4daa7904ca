import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { aMarkedPerson, MARK } from '../support/a-marked-person.ts';
import type { ScimClient } from '../support/scim-client.ts';
import { waitUntil } from '../support/wait-until.ts';
import { condition, isMailed, metric } from './cluster.ts';
import { keepWriting } from './keep-writing.ts';
import { PeopleWorld } from './people-world.ts';

/** What becomes of people on two pods over one database; each test is a chapter and needs the ones before it. */

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const ACME = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const CONTACTS = ['hr-it@acme.example', 'oncall@acme.example'];
const PEOPLE = 200;
/** How many people a pod brings to a new mapping in one command. */
const BATCH = 25;
/** Failures are a chapter, and not to end it. */
const PATIENT = { minRequests: 1_000_000 };

const LOGIN = { source: 'userName', target: 'login', required: true };
const FIRST_NAME = { source: 'name.givenName', target: 'firstName' };
const BADGE = { source: `${ACME}:badge`, target: 'badge', type: 'Integer' };
const MAPPINGS = [
  [
    LOGIN,
    FIRST_NAME,
    BADGE,
    { source: 'title', target: 'designation' },
    { source: 'phoneNumbers[type eq "mobile"].value', target: 'mobile' },
  ],
  [{ ...LOGIN, target: 'account.login' }, FIRST_NAME, BADGE, { source: `${ENTERPRISE}:department`, target: 'department' }],
  [LOGIN, FIRST_NAME, BADGE],
] as const;

let world: PeopleWorld;

beforeAll(async () => {
  world = await PeopleWorld.start();
}, 120_000);

afterAll(async () => {
  await world?.[Symbol.asyncDispose]();
}, 60_000);

describe('a wave of deactivations', () => {
  const TENANT = 'team-hr/wave';

  test('is stopped at the limit by both pods together', async () => {
    await world.applyTenant('wave', {
      displayName: 'Wave Inc',
      notificationEmails: CONTACTS,
      attributeMapping: MAPPINGS[0],
      users: { maxDeactivations: 5 },
    });
    const client = world.clientOf(TENANT);
    const ids = await createMany(client, 20);
    const answers = await Promise.all(
      ids.map((id, number) =>
        number % 4 < 2
          ? client.send({ method: 'DELETE', path: `/Users/${id}` })
          : client.send({ method: 'PATCH', path: `/Users/${id}`, body: replacing('active', false) }),
      ),
    );
    const refused = answers.filter(({ status }) => status === 503);
    expect(answers.filter(({ status }) => status === 200 || status === 204)).toHaveLength(5);
    expect(refused).toHaveLength(15);
    expect(await world.documents(TENANT, { active: false })).toHaveLength(5);
    expect(await world.documents(TENANT, { active: true, deleted: false })).toHaveLength(15);
    expect(refused.some(({ body }) => body.detail.includes('troubleshooting.md#deactivation-wave'))).toBe(true);
  }, 60_000);

  test('switches the tenant off, and everyone who should know is told once', async () => {
    const tripped = await waitUntil(
      async () => {
        const tenant = await world.cluster.tenant(TENANT);
        return tenant.spec.enabled === false && isMailed(tenant.status, 1, 2) && tenant;
      },
      { what: 'the trip in status, spec and mailbox', timeoutMs: 30_000 },
    );
    expect(tripped.status.breaker).toMatchObject({
      state: 'Open',
      trips: 1,
      cause: 'DeactivationWave',
      wave: { deactivations: 6, limit: 5, people: 20 },
      mirroredTrip: 1,
    });
    expect(condition(tripped, 'Tripped')).toMatchObject({ status: 'True', reason: 'DeactivationWave' });
    expect(condition(tripped, 'Ready')).toMatchObject({ status: 'False' });
    expect(tripped.metadata.managedFields).toContainEqual(
      expect.objectContaining({ manager: 'scim-operator-breaker', operation: 'Apply', fieldsV1: { 'f:spec': { 'f:enabled': {} } } }),
    );
    expect(await world.events('wave', 'Tripped')).toEqual([
      expect.objectContaining({ type: 'Warning', message: expect.stringContaining('troubleshooting.md#deactivation-wave') }),
    ]);
    const { mails } = world.cluster.smtp;
    expect(mails.map(({ to }) => to).toSorted()).toEqual(CONTACTS);
    for (const { subject, text } of mails) {
      expect(subject).toContain('Wave Inc');
      expect(text).toContain('6 of 20 people');
    }
  }, 60_000);

  test('is let through in portions by whoever means it', async () => {
    await world.cluster.patchTenant(TENANT, { spec: { enabled: true } });
    await world.untilServed(TENANT);
    const client = world.clientOf(TENANT);
    const staying = await world.documents(TENANT, { active: true, deleted: false });
    const answers = await Promise.all(staying.slice(0, 5).map(({ _id }) => client.send({ method: 'DELETE', path: `/Users/${_id}` })));
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 204, 204]);
    const { spec, status } = await world.cluster.tenant(TENANT);
    expect([spec.enabled, status.breaker.state, status.breaker.trips]).toEqual([true, 'Closed', 1]);
  }, 60_000);
});

describe('a changed mapping', () => {
  const TENANT = 'team-hr/acme';
  const REMAINING = 'scim_tenant_reprojection_remaining{namespace="team-hr",tenant="acme"}';
  let client: ScimClient;
  let ids: string[];

  test('is on its way to everybody while requests are served', async () => {
    await world.applyTenant('acme', { attributeMapping: MAPPINGS[0], failurePolicy: PATIENT });
    client = world.clientOf(TENANT);
    ids = await createMany(client, PEOPLE + 1);
    expect((await client.send({ method: 'DELETE', path: `/Users/${ids.pop()}` })).status).toBe(204);
    const before = await client.send({ method: 'GET', path: `/Users/${ids[0]}` });

    const held = world.holdBatch(3);
    await world.cluster.patchTenant(TENANT, { spec: { attributeMapping: MAPPINGS[1] } });
    await held;
    const { reprojection } = await world.reprojected(TENANT, { state: 'Running', done: 2 * BATCH });
    expect(reprojection.total).toBe(PEOPLE + 1);
    await waitUntil(async () => (await metric(world.operator.adminPort, REMAINING)) === PEOPLE + 1 - 2 * BATCH, { what: 'the metric' });

    for (const pod of world.pods) {
      const all = await pod.clientOf(TENANT).send({ method: 'GET', path: '/Users', query: 'count=1' });
      expect([all.status, all.body.totalResults]).toEqual([200, PEOPLE]);
    }
    const after = await client.send({ method: 'GET', path: `/Users/${ids[0]}` });
    expect(after.body.meta).toEqual(before.body.meta);
    const [{ _id: waiting }] = await world.documents(TENANT, { 'person.designation': { $exists: true }, deleted: false });
    const path = `/Users/${waiting}`;
    expect((await client.send({ method: 'PATCH', path, body: replacing('name.givenName', 'Zyqxnew') })).status).toBe(200);
    const [changed] = await world.documents(TENANT, { _id: waiting });
    expect(changed.person).toEqual({ account: { login: expect.any(String) }, firstName: 'Zyqxnew' });
  }, 120_000);

  test('has reached everybody, retired people too, and what it no longer takes is gone', async () => {
    world.letPass();
    const { reprojection } = await world.reprojected(TENANT, { state: 'Done' });
    expect(reprojection).toMatchObject({
      total: PEOPLE + 1,
      done: PEOPLE + 1,
      finishedTime: expect.any(String),
      arrivesWithNextSync: [`${ENTERPRISE}:department`],
    });
    const all = await world.documents(TENANT);
    expect(all.filter(({ deleted }) => !deleted)).toHaveLength(PEOPLE);
    expect(all.filter(({ deleted }) => deleted)).toHaveLength(1);
    for (const document of all) {
      expect(document.person).toEqual({ account: { login: expect.stringContaining('Zyqx') }, firstName: expect.stringContaining('Zyqx') });
      expect(JSON.stringify(document)).not.toMatch(/title|99555|designation|mobile/i);
    }
    const events = await world.events('acme', 'MappingChanged');
    expect(events).toHaveLength(1);
    for (const source of ['title', 'phoneNumbers[type eq "mobile"].value', `${ENTERPRISE}:department`]) {
      expect(events[0]?.message).toContain(source);
    }
    await waitUntil(async () => (await metric(world.operator.adminPort, REMAINING)) === undefined, { what: 'the end of the metric' });
  }, 120_000);

  test('gives what it newly takes to whom the directory sends again', async () => {
    expect((await client.send({ method: 'PUT', path: `/Users/${ids[0]}`, body: aMarkedPerson(0) })).status).toBe(200);
    const [document] = await world.documents(TENANT, { _id: ids[0] });
    expect(document.person.department).toBe('Zyqx department 0');
  });

  test('reaches everybody although the pod that brings it is killed, and no write is lost', async () => {
    const before = await world.documents(TENANT);
    const writing = keepWriting({
      clients: world.pods.map((pod) => pod.clientOf(TENANT)),
      // Of others, and of these, some are done when the pod is killed and some are not.
      ids: ids.filter((_, index) => index % 2 === 0),
      patchOf: (name) => replacing('name.givenName', name),
      personOf: (name) => aMarkedPerson(name.replaceAll(' ', '-'), { name: { givenName: name } }),
    });
    const held = world.holdBatch(3);
    await world.cluster.patchTenant(TENANT, { spec: { attributeMapping: MAPPINGS[2] } });
    const working = await held;
    await world.reprojected(TENANT, { state: 'Running' });
    const written = writing.acknowledged();
    await waitUntil(() => writing.acknowledged() > written + 20, { what: 'writes in the middle', timeoutMs: 30_000 });
    await world.pods[working]!.program.stop('SIGKILL');
    world.letPass();
    const [{ projection: old }] = before;
    expect((await world.documents(TENANT, { projection: old })).length).toBeGreaterThan(BATCH);

    const { reprojection } = await world.reprojected(TENANT, { state: 'Done' });
    expect(reprojection.done).toBe(reprojection.total);
    const { names, unanswered, created } = await writing.stop();
    await world.startPod(working);
    await world.untilServed(TENANT);

    const after = new Map((await world.documents(TENANT)).map(({ _id: id, ...document }) => [id, document]));
    expect([...before.map(({ _id }) => _id), ...created].filter((id) => !after.has(id))).toEqual([]);
    expect(new Set([...after.values()].map(({ projection }) => projection)).size).toBe(1);
    for (const { person, resource } of after.values()) {
      expect(person).toEqual({ login: resource.userName, firstName: resource.name.givenName });
    }
    expect(names.size).toBeGreaterThan(20);
    for (const [id, name] of names) expect([name, ...(unanswered.get(id) ?? [])]).toContain(after.get(id).person.firstName);
  }, 180_000);
});

describe('what went wrong', () => {
  const TENANT = 'team-hr/acme';
  // Values stand where they belong, and where a client takes one for a name.
  const FAILURES: readonly (readonly [reason: string, status: number, request: Parameters<ScimClient['send']>[0]])[] = [
    ['Uniqueness', 409, post(aMarkedPerson(0))],
    ['RequiredAttribute', 400, post(aMarkedPerson('a1', { userName: undefined, externalId: 'zyqx.mail@zyqx.example' }))],
    ['InvalidValue', 400, post(aMarkedPerson('a2', { externalId: 'Zyqxnick', [ACME]: { badge: 'Zyqx badge' } }))],
    ['InvalidSyntax', 400, post('{"userName": "Zyqx.broken@zyqx.example", "name": {"givenName": "Zyqx')],
    ['InvalidFilter', 400, { method: 'GET', path: '/Users', query: 'filter=zyqxname%20eq%20%22Zyqx%22' }],
    ['InvalidFilter', 400, { method: 'GET', path: '/Users', query: 'filter=userName%20eq%20%22Zyqx.Login' }],
    ['InvalidPath', 400, change(replacing('emails[value eq "zyqx@zyqx.example', 'Zyqx'))],
    ['InvalidValue', 400, change(replacing('active', 'Zyqxtrue'))],
    ['InvalidValue', 400, change(replacing(`${ACME}:badge`, 'Zyqx badge'))],
    ['OtherClientError', 400, change({ schemas: [PATCH], Operations: [{ op: 'remove', path: 'userName' }] })],
    ['Uniqueness', 409, change(replacing('userName', 'Zyqx.Login.1@zyqx.example'))],
  ];
  const REASONS_SHOWN = FAILURES.map(([reason]) => reason)
    .toReversed()
    .slice(0, 10);
  // oxlint-disable-next-line typescript/no-explicit-any -- a status as the API server shows it
  const sync = async (): Promise<any> => (await world.cluster.tenant(TENANT)).status.sync;
  const reasons = (failures: readonly { readonly reason: string }[] = []): string[] => failures.map(({ reason }) => reason);

  test('is listed in the status, newest first, with what to do', async () => {
    const client = world.clientOf(TENANT);
    const [{ _id: id }] = await world.documents(TENANT, { externalId: 'directory-id-0' });
    for (const [reason, status, request] of FAILURES) {
      const answer = await client.send({ ...request, path: request.path.replace('ID', id) });
      expect([reason, answer.status]).toEqual([reason, status]);
      // Pods tell times in milliseconds.
      await sleep(2);
    }
    const shown = await waitUntil(
      async () => {
        const { recentFailures } = await sync();
        expect(reasons(recentFailures)).toEqual(REASONS_SHOWN);
        return recentFailures;
      },
      { what: 'the failures in the status', timeoutMs: 40_000 },
    );
    for (const failure of shown) {
      expect(failure).toEqual({
        time: expect.any(String),
        operation: expect.stringMatching(/^(GET|POST|PATCH) User$/),
        reason: expect.any(String),
        message: expect.any(String),
        action: expect.stringMatching(/^[A-Z].{20}/),
        link: expect.stringMatching(/^docs\/troubleshooting\.md#[a-z-]+$/),
        ...(failure.operation === 'PATCH User' && { subject: id }),
      });
    }
  }, 90_000);

  test('is told of the database too', async () => {
    world.holdNewcomers();
    const answer = await world.clientOf(TENANT).send(post(aMarkedPerson('a3')));
    world.letPass();
    expect(answer.status).toBe(503);
    const probe = async (): Promise<boolean> => (await sync()).recentFailures[0].reason === 'StoreUnavailable';
    await waitUntil(probe, { what: 'the failure in the status', timeoutMs: 40_000 });
  }, 90_000);

  test('is still there after all programs were started again, and so is what the mapping ignores', async () => {
    const client = world.clientOf(TENANT);
    const [{ _id: id }] = await world.documents(TENANT, { externalId: 'directory-id-0' });
    const unknown = { ...change(replacing('emails[value eq "zyqx@zyqx.example"].nosuch', 'Zyqx')), path: `/Users/${id}` };
    expect((await client.send(unknown)).status).toBe(200);
    const ignored = ['emails', 'emails.nosuch', 'name.familyName', 'phoneNumbers', 'title', `${ENTERPRISE}:department`];
    const before = await waitUntil(
      async () => {
        const now = await sync();
        expect(now.ignoredAttributes).toEqual(ignored);
        return now;
      },
      { what: 'ignored attributes', timeoutMs: 40_000 },
    );
    for (const index of [0, 1]) {
      expect(await world.pods[index]!.program.stop('SIGTERM')).toBe(0);
      await world.startPod(index);
    }
    expect(await world.operator.stop('SIGTERM')).toBe(0);
    await world.startOperator();
    expect((await world.clientOf(TENANT).send(post('['))).status).toBe(400);
    const after = await waitUntil(
      async () => {
        const now = await sync();
        return now.recentFailures[0].reason === 'InvalidSyntax' && now;
      },
      { what: 'one more failure', timeoutMs: 40_000 },
    );
    expect(after.recentFailures).toEqual([after.recentFailures[0], ...before.recentFailures.slice(0, 9)]);
    expect(after.ignoredAttributes).toEqual(before.ignoredAttributes);
  }, 120_000);
});

describe('people whom the product has', () => {
  const TENANT = 'team-hr/portal';
  const PRODUCT = [
    { _id: 'p-1', tenant: TENANT, person: { personnelNumber: '99555-1', email: 'zyqx.old@zyqx.example', hired: new Date('2020-02-02') } },
    { _id: 'p-2', tenant: TENANT, person: { email: 'ZYQX.twin@zyqx.example', locker: 'Zyqx 7' } },
    { _id: 'p-3', tenant: TENANT, person: { email: 'zyqx.twin@zyqx.example' } },
  ];

  test('are taken over by whichever pod is asked first', async () => {
    await world.applyTenant('portal', {
      attributeMapping: [
        LOGIN,
        { source: `${ENTERPRISE}:employeeNumber`, target: 'personnelNumber' },
        { source: 'emails[type eq "work"].value', target: 'email' },
      ],
      matchExistingBy: ['personnelNumber', 'email'],
      failurePolicy: PATIENT,
    });
    await world.database.collection<{ _id: string }>('users').insertMany(PRODUCT);
    const sent = post(aMarkedPerson('p1', { [ENTERPRISE]: { employeeNumber: '99555-1' } }));
    const answers = await Promise.all(world.pods.map((pod) => pod.clientOf(TENANT).send(sent)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 409]));
    expect(answers.find(({ status }) => status === 201)?.body.id).toBe('p-1');
    const [adopted] = await world.documents(TENANT, { _id: 'p-1' });
    expect(adopted.person).toMatchObject({
      personnelNumber: '99555-1',
      email: 'zyqx.mail.p1@zyqx.example',
      login: adopted.resource.userName,
    });
    expect(await world.documents(TENANT)).toHaveLength(PRODUCT.length);
  }, 60_000);

  test('are left alone while two of them fit', async () => {
    const twin = aMarkedPerson('p2', { emails: [{ type: 'work', value: 'Zyqx.Twin@zyqx.example' }] });
    for (const pod of world.pods) {
      const answer = await pod.clientOf(TENANT).send(post(twin));
      expect([answer.status, answer.body.scimType]).toEqual([409, 'uniqueness']);
      expect(answer.body.detail).toMatch(/"p-2", "p-3".*troubleshooting\.md#ambiguous-match/);
    }
    const left = await world.documents(TENANT, { _id: { $in: ['p-2', 'p-3'] } });
    expect(left).toEqual(PRODUCT.slice(1).map((person) => ({ ...person, matchKeys: expect.any(Array) })));
  });
});

describe('people whose retention is over', () => {
  const TENANT = 'team-hr/leavers';
  let client: ScimClient;
  let ids: string[];
  /** Resolves when a retention of 1s is over for them: who is looked at earlier stays until the next look. */
  const remove = async (some: readonly string[]): Promise<void> => {
    for (const id of some) expect((await client.send({ method: 'DELETE', path: `/Users/${id}` })).status).toBe(204);
    await sleep(1_500);
    expect(await world.documents(TENANT, { deleted: true })).toHaveLength(some.length);
  };
  /** By the pods that run now. */
  const untilRemoved = (count: number): Promise<true> =>
    waitUntil(
      async () => {
        const counts = await Promise.all(world.pods.map(({ adminPort }) => metric(adminPort, 'scim_retention_removed_users_total')));
        expect(counts.reduce<number>((sum, each) => sum + (each ?? 0), 0)).toBe(count);
        return true as const;
      },
      { what: `${count} people removed`, timeoutMs: 40_000 },
    );

  test('are removed once by two pods that hear of it together', async () => {
    await world.applyTenant('leavers', { attributeMapping: MAPPINGS[0] });
    client = world.clientOf(TENANT);
    ids = await createMany(client, 20);
    const members = ids.map((value) => ({ value }));
    expect((await client.send({ method: 'POST', path: '/Groups', body: { displayName: 'All', members } })).status).toBe(201);
    await remove(ids.slice(0, 12));
    await world.cluster.patchTenant(TENANT, { spec: { users: { retention: '1s' } } });
    await untilRemoved(12);
    expect(await world.documents(TENANT, { deleted: true })).toEqual([]);
  }, 60_000);

  test('are removed once by two pods that start together, and nobody else is', async () => {
    await remove(ids.slice(12, 16));
    for (const { program } of world.pods) expect(await program.stop('SIGTERM')).toBe(0);
    await Promise.all([world.startPod(0), world.startPod(1)]);
    await untilRemoved(4);
    expect(new Set((await world.documents(TENANT)).map(({ _id }) => _id))).toEqual(new Set(ids.slice(16)));
    expect(await world.database.collection('memberships').countDocuments({ tenant: TENANT })).toBe(4);
    // Of others the time has not come.
    expect(await world.documents('team-hr/acme', { deleted: true })).toHaveLength(1);
  }, 120_000);
});

describe('all of that', () => {
  test('was told without a value, a name or an address of anybody', async () => {
    const told = await world.told();
    for (const [place, words] of Object.entries({
      tenants: 'recentFailures',
      events: 'MappingChanged',
      configs: 'deactivationGuard',
      metrics: 'scim_tenant_failures_total',
      reports: 'recentFailures',
      logs: 'more people than the limit allows were to be deactivated',
      mails: 'Wave Inc',
    })) {
      const lines = told[place]!.split('\n');
      expect(lines.some((line) => line.includes(words))).toBe(true);
      expect(lines.filter((line) => MARK.test(line))).toEqual([]);
    }
  });

  test('was told by mail once', () => {
    expect(world.cluster.smtp.mails).toHaveLength(CONTACTS.length);
  });

  test('left no fault in any log but that of the database that did not answer', () => {
    const lines = world.programs.flatMap((program) => program.lines.map((line) => JSON.parse(line)));
    const faults = lines.filter(({ level }) => level === 'error' || level === 'fatal');
    expect(faults.map(({ msg, err }) => [msg, err.type])).toEqual([['request failed in the service', 'StoreUnavailableError']]);
  });
});

function post(body: unknown): Parameters<ScimClient['send']>[0] {
  return { method: 'POST', path: '/Users', body };
}

/** Of the person whose id takes the place of the word. */
function change(body: object): Parameters<ScimClient['send']>[0] {
  return { method: 'PATCH', path: '/Users/ID', body };
}

function replacing(path: string, value: unknown): object {
  return { schemas: [PATCH], Operations: [{ op: 'replace', path, value }] };
}

function createMany(client: ScimClient, count: number): Promise<string[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, number) => {
      const answer = await client.send(post(aMarkedPerson(number)));
      if (answer.status !== 201) throw new Error(`POST was answered ${answer.status}: ${JSON.stringify(answer.body)}`);
      return answer.body.id;
    }),
  );
}
