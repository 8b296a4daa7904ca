import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startServiceCore, type RunningServiceCore } from '../support/a-service-core.ts';
import type { ScimAnswer, ScimBody, ScimClient } from '../support/scim-client.ts';
import { removeEverything } from '../wire/replay.ts';
import { WIRE_TENANT, type OpenStore } from './scim-service-contract.ts';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const ENTRA_GROUP = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';

/** What directories do over days, one request after the other, on whatever store the service was opened with. */
export function describeClientCycles(store: string, open: OpenStore): void {
  describe(`whole cycles of clients on ${store}`, () => {
    let service: RunningServiceCore;
    let client: ScimClient;

    beforeAll(async () => {
      service = await startServiceCore(await open(), WIRE_TENANT);
      client = service.client;
    });

    afterAll(async () => {
      await service?.[Symbol.asyncDispose]();
    });

    beforeEach(async () => {
      await removeEverything(client);
    });

    const send = async (method: string, path: string, body?: unknown, status?: number | readonly number[]): Promise<ScimAnswer> => {
      const [bare = '', query] = path.split('?');
      const answer = await client.send({ method, path: bare, query: query ?? null, body });
      if (status !== undefined) expect([status].flat()).toContain(answer.status);
      return answer;
    };
    const match = async (type: 'Users' | 'Groups', filter: string): Promise<ScimBody[]> => {
      const members = type === 'Groups' ? 'excludedAttributes=members&' : '';
      return (await send('GET', `/${type}?${members}filter=${encodeURIComponent(filter)}`, undefined, 200)).body.Resources;
    };
    const patch = (path: string, ...Operations: object[]): Promise<ScimAnswer> =>
      send('PATCH', path, { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations }, [200, 204]);
    const membersOf = async (group: string): Promise<string[]> =>
      ((await send('GET', `/Groups/${group}`, undefined, 200)).body.members ?? []).map(({ value }: ScimBody) => value).toSorted();

    test('Entra ID: users, then groups, then references; increments; a restart; a purge', async () => {
      expect(await match('Users', 'userName eq "9c1f3a52-0f9e-4a0b-8a57-6d1d2c9b7e10"')).toEqual([]);
      expect(await match('Groups', 'displayName eq "9c1f3a52-0f9e-4a0b-8a57-6d1d2c9b7e10"')).toEqual([]);

      const users: string[] = [];
      for (let n = 0; n < 12; n += 1) {
        const userName = `user.${n}@example.com`;
        expect(await match('Users', `userName eq "${userName}"`)).toEqual([]);
        const body = {
          schemas: [CORE, ENTERPRISE],
          externalId: `object-${n}`,
          userName,
          active: true,
          displayName: `User ${n}`,
          roles: [],
        };
        users.push((await send('POST', '/Users', body, 201)).body.id);
      }
      const groups: string[] = [];
      for (const displayName of ['Engineering', 'Sales', 'Everybody']) {
        expect(await match('Groups', `displayName eq "${displayName}"`)).toEqual([]);
        const body = { schemas: [GROUP, ENTRA_GROUP], externalId: `group-${displayName}`, displayName, meta: { resourceType: 'Group' } };
        const created = await send('POST', '/Groups', body, 201);
        expect(created.body.schemas).toEqual([GROUP]);
        groups.push(created.body.id);
      }
      const [engineering = '', sales = '', everybody = ''] = groups;
      const value = (ids: readonly string[]): object[] => ids.map((id) => ({ $ref: null, value: id }));
      await patch(`/Groups/${engineering}`, { op: 'Add', path: 'members', value: value(users.slice(0, 6)) });
      await patch(`/Groups/${sales}`, { op: 'Add', path: 'members', value: value(users.slice(6)) });
      await patch(`/Groups/${everybody}`, { op: 'Add', path: 'members', value: value([engineering, sales]) });
      for (const user of users.slice(1)) await patch(`/Users/${user}`, { op: 'Add', path: `${ENTERPRISE}:manager`, value: users[0] });

      expect(await membersOf(engineering)).toEqual(users.slice(0, 6).toSorted());
      expect(await membersOf(everybody)).toEqual([engineering, sales].toSorted());
      const first = (await send('GET', `/Users/${users[0]}`)).body;
      expect(first.groups.map(({ value: id, type }: ScimBody) => [id, type])).toEqual([
        [engineering, 'direct'],
        [everybody, 'indirect'],
      ]);
      expect((await send('GET', `/Users/${users[1]}`)).body[ENTERPRISE].manager).toMatchObject({ value: users[0] });

      // Forty minutes later: a change, a soft delete, somebody leaves a group, a group is renamed.
      await patch(
        `/Users/${users[2]}`,
        { op: 'Replace', path: 'displayName', value: 'Renamed' },
        { op: 'Add', path: 'title', value: 'Lead' },
      );
      await patch(`/Users/${users[3]}`, { op: 'Replace', path: 'active', value: 'False' });
      await patch(`/Groups/${engineering}`, { op: 'Remove', path: 'members', value: value([users[4] ?? '']) });
      await patch(`/Groups/${sales}`, { op: 'Replace', path: 'displayName', value: 'Sales EMEA' });
      expect(await membersOf(engineering)).toEqual([0, 1, 2, 3, 5].map((n) => users[n] ?? '').toSorted());

      // A restart matches everybody again, finds the disabled one too, and adds members who are there already.
      for (let n = 0; n < 12; n += 1) {
        const [found] = await match('Users', `externalId eq "object-${n}"`);
        expect(found).toMatchObject({ id: users[n], active: n !== 3 });
      }
      expect((await match('Groups', 'displayName eq "sales emea"')).map(({ id }: ScimBody) => id)).toEqual([sales]);
      const before = (await send('GET', `/Groups/${sales}?excludedAttributes=members`)).body;
      await patch(`/Groups/${sales}`, { op: 'Add', path: 'members', value: value(users.slice(6)) });
      expect((await send('GET', `/Groups/${sales}?excludedAttributes=members`)).body).toEqual(before);

      // Account discovery reads everybody in pages.
      const discovered: string[] = [];
      for (let startIndex = 1; startIndex <= 12; startIndex += 5) {
        const page = (await send('GET', `/Users?startIndex=${startIndex}&count=5`, undefined, 200)).body;
        expect(page).toMatchObject({ totalResults: 12, startIndex });
        discovered.push(...page.Resources.map(({ id }: ScimBody) => id));
      }
      expect(discovered.toSorted()).toEqual(users.toSorted());

      // Restored within 30 days, he is a member still; purged after them, he is nowhere.
      await patch(`/Users/${users[3]}`, { op: 'Replace', path: 'active', value: 'True' });
      expect(await membersOf(engineering)).toContain(users[3]);
      await send('DELETE', `/Users/${users[3]}`, undefined, 204);
      await send('GET', `/Users/${users[3]}`, undefined, 404);
      await send('DELETE', `/Users/${users[3]}`, undefined, 404);
      expect(await membersOf(engineering)).not.toContain(users[3]);
      await send('DELETE', `/Groups/${engineering}`, undefined, 204);
      expect((await send('GET', `/Users/${users[0]}`)).body.groups ?? []).toEqual([]);
    });

    test('Okta: import, create, update by PUT, deactivate, groups by push, unlink', async () => {
      await send('GET', '/Users?startIndex=1&count=2', undefined, 200);
      await send('GET', '/Groups?startIndex=1&count=100', undefined, 200);
      const people: ScimBody[] = [];
      for (const name of ['ann', 'ben']) {
        const userName = `${name}@example.com`;
        expect(await match('Users', `userName eq "${userName}"`)).toEqual([]);
        const body = {
          schemas: [CORE],
          userName,
          name: { givenName: name, familyName: 'Test' },
          emails: [{ primary: true, value: userName, type: 'work' }],
          displayName: name,
          locale: 'en-US',
          externalId: `okta-${name}`,
          groups: [],
          password: 'x7pq20aa',
          active: true,
        };
        people.push((await send('POST', '/Users', body, 201)).body);
        await send('POST', '/Users', body, 409);
      }
      const [ann, ben] = people;
      expect(JSON.stringify(people)).not.toContain('x7pq20aa');

      const read = (await send('GET', `/Users/${ann.id}`, undefined, 200)).body;
      const written = (await send('PUT', `/Users/${ann.id}`, { ...read, displayName: 'Ann Test', locale: undefined }, 200)).body;
      expect(written).toMatchObject({ id: ann.id, displayName: 'Ann Test', userName: 'ann@example.com' });
      expect(written.locale).toBeUndefined();
      await patch(`/Users/${ben.id}`, { op: 'replace', value: { active: false } });
      expect((await send('GET', `/Users/${ben.id}`)).body.active).toBe(false);
      await patch(`/Users/${ben.id}`, { op: 'replace', value: { active: true } });

      const member = (user: ScimBody): object => ({ value: user.id, display: user.userName });
      const group = (await send('POST', '/Groups', { schemas: [GROUP], displayName: 'Push', members: [member(ann)] }, 201)).body;
      expect(await membersOf(group.id)).toEqual([ann.id]);
      await patch(
        `/Groups/${group.id}`,
        { op: 'replace', value: { id: group.id, displayName: 'Pushed' } },
        { op: 'remove', path: `members[value eq "${ann.id}"]` },
        { op: 'add', path: 'members', value: [member(ben)] },
      );
      expect(await membersOf(group.id)).toEqual([ben.id]);
      await patch(`/Groups/${group.id}`, { op: 'replace', path: 'members', value: [member(ann), member(ben)] });
      expect(await membersOf(group.id)).toEqual([String(ann.id), String(ben.id)].toSorted());
      await patch(`/Groups/${group.id}`, { op: 'replace', path: 'members', value: [] });
      expect(await membersOf(group.id)).toEqual([]);
      await send('PUT', `/Groups/${group.id}`, { schemas: [GROUP], displayName: 'Pushed', members: [member(ben)] }, 200);
      expect(await membersOf(group.id)).toEqual([ben.id]);
      await send('DELETE', `/Groups/${group.id}`, undefined, 204);
      expect((await send('GET', '/Groups?startIndex=1&count=100')).body.totalResults).toBe(0);
    });

    test("Microsoft's validator: what it asks of users", async () => {
      const full = {
        schemas: [CORE, ENTERPRISE],
        userName: 'Val.One@example.com',
        externalId: 'val-1',
        active: true,
        displayName: 'Val',
        roles: [{ primary: 'True', value: 'Admin', type: 'string', display: 'Admin' }],
        [ENTERPRISE]: { department: 'QA', manager: { value: 'manager-1' } },
      };
      const { id } = (await send('POST', '/Users', full, 201)).body;
      await send('POST', '/Users', full, 409);
      expect(await match('Users', 'userName eq "VAL.ONE@EXAMPLE.COM"')).toMatchObject([
        { id, [ENTERPRISE]: { manager: { value: 'manager-1' } } },
      ]);
      expect(await match('Users', 'userName eq "nobody"')).toEqual([]);

      await patch(`/Users/${id}`, { op: 'replace', value: { userName: 'val.two@example.com' } });
      expect(await match('Users', 'userName eq "val.two@example.com"')).toHaveLength(1);
      await patch(`/Users/${id}`, { op: 'replace', path: 'roles[primary eq "True"].value', value: 'Owner' });
      await patch(`/Users/${id}`, { op: 'replace', path: 'active', value: false });
      expect(await match('Users', 'userName eq "val.two@example.com"')).toMatchObject([
        { active: false, roles: [{ value: 'Owner', primary: true }] },
      ]);

      await patch(`/Users/${id}`, { op: 'replace', path: `${ENTERPRISE}:manager`, value: { value: 'manager-2' } });
      expect((await send('GET', `/Users/${id}`)).body[ENTERPRISE].manager).toMatchObject({ value: 'manager-2' });
      await patch(`/Users/${id}`, { op: 'replace', path: `${ENTERPRISE}:manager`, value: { value: '' } });
      expect((await send('GET', `/Users/${id}`)).body[ENTERPRISE].manager).toBeUndefined();

      await patch(
        `/Users/${id}`,
        { op: 'remove', path: 'displayName' },
        { op: 'add', path: 'displayName', value: 'First' },
        { op: 'replace', path: 'displayName', value: 'Last' },
      );
      expect((await send('GET', `/Users/${id}`)).body.displayName).toBe('Last');
      await send('DELETE', `/Users/${id}`, undefined, 204);
      await send('GET', `/Users/${id}`, undefined, 404);
      await send('DELETE', `/Users/${id}`, undefined, 404);
    });

    const EVERYTHING: readonly (readonly [path: string, value: unknown])[] = [
      ...['displayName', 'nickName', 'title', 'userType', 'preferredLanguage', 'locale', 'timezone'].map(
        (path) => [path, `${path} 2`] as const,
      ),
      ...['formatted', 'familyName', 'givenName', 'middleName', 'honorificPrefix', 'honorificSuffix'].map(
        (name) => [`name.${name}`, `${name} 2`] as const,
      ),
      ['emails[type eq "work"].value', 'two@example.com'],
      ['emails[type eq "work"].primary', true],
      ...['formatted', 'streetAddress', 'locality', 'region', 'postalCode', 'country'].map(
        (name) => [`addresses[type eq "work"].${name}`, `${name} 2`] as const,
      ),
      ['addresses[type eq "work"].primary', true],
      ...['work', 'mobile', 'fax'].map((type) => [`phoneNumbers[type eq "${type}"].value`, `${type} 2`] as const),
      ['phoneNumbers[type eq "work"].primary', true],
      ...['display', 'value', 'type'].map((name) => [`roles[primary eq "True"].${name}`, `${name} 2`] as const),
      ...['employeeNumber', 'department', 'organization', 'division', 'costCenter'].map(
        (name) => [`${ENTERPRISE}:${name}`, `${name} 2`] as const,
      ),
    ];
    const verbose = (op: string): readonly object[] => EVERYTHING.map(([path, value]) => ({ op, path, value }));
    /** What has a filter by its path, all else in one operation without a path. */
    const compact = (op: string): readonly object[] => [
      ...EVERYTHING.filter(([path]) => path.includes('[')).map(([path, value]) => ({ op, path, value })),
      { op, value: Object.fromEntries(EVERYTHING.filter(([path]) => !path.includes('['))) },
    ];

    test.each([
      ['add', 'verbose', verbose('add')],
      ['add', 'compact', compact('add')],
      ['replace', 'verbose', verbose('replace')],
      ['replace', 'compact', compact('replace')],
    ])("Microsoft's validator: %s of everything at once, %s", async (op, _form, operations) => {
      const minimal = { schemas: [CORE], userName: 'val@example.com' };
      const full = {
        ...minimal,
        title: 'title 1',
        name: { givenName: 'givenName 1' },
        emails: [{ type: 'work', value: 'one@example.com', primary: true }],
        addresses: [{ type: 'work', locality: 'locality 1' }],
        phoneNumbers: [{ type: 'fax', value: 'fax 1' }],
        roles: [{ primary: 'True', value: 'value 1', display: 'display 1', type: 'type 1' }],
        [ENTERPRISE]: { department: 'department 1' },
      };
      const { id } = (await send('POST', '/Users', op === 'add' ? minimal : full, 201)).body;
      await patch(`/Users/${id}`, ...operations);
      const [found] = await match('Users', 'userName eq "val@example.com"');
      expect(found).toMatchObject({
        displayName: 'displayName 2',
        nickName: 'nickName 2',
        timezone: 'timezone 2',
        name: { formatted: 'formatted 2', givenName: 'givenName 2', honorificSuffix: 'honorificSuffix 2' },
        emails: [{ type: 'work', value: 'two@example.com', primary: true }],
        addresses: [{ type: 'work', formatted: 'formatted 2', locality: 'locality 2', country: 'country 2', primary: true }],
        roles: [{ primary: true, value: 'value 2', display: 'display 2', type: 'type 2' }],
        [ENTERPRISE]: { employeeNumber: 'employeeNumber 2', department: 'department 2', costCenter: 'costCenter 2' },
      });
      const phones = found.phoneNumbers.map(({ type, value }: ScimBody) => [type, value]);
      expect(phones.toSorted()).toEqual(['fax', 'mobile', 'work'].map((type) => [type, `${type} 2`]));
    });

    test("Microsoft's gallery suite: pages of users and groups, cleared attributes, a manager set and cleared", async () => {
      for (let index = 0; index < 11; index += 1) {
        await send('POST', '/Users', { schemas: [CORE], userName: `page-${index}@example.com` }, 201);
        await send('POST', '/Groups', { schemas: [GROUP], displayName: `Page ${index}` }, 201);
      }
      for (const type of ['Users', 'Groups']) {
        const pages = [];
        for (const startIndex of [1, 6, 11]) {
          const { body } = await send('GET', `/${type}?startIndex=${startIndex}&count=5`, undefined, 200);
          expect(body).toMatchObject({ startIndex, totalResults: 11 });
          pages.push(...body.Resources.map((each: ScimBody) => each.id));
        }
        expect(new Set(pages).size).toBe(11);
      }

      const [manager, person] = await match('Users', 'userName sw "page-"');
      for (const cleared of ['', null]) {
        await patch(`/Users/${person.id}`, { op: 'replace', path: 'title', value: 'Engineer' });
        await patch(`/Users/${person.id}`, { op: 'replace', path: `${ENTERPRISE}:manager`, value: manager.id });
        expect((await send('GET', `/Users/${person.id}`)).body).toMatchObject({
          title: 'Engineer',
          [ENTERPRISE]: { manager: { value: manager.id } },
        });
        await patch(
          `/Users/${person.id}`,
          { op: 'replace', path: 'title', value: cleared },
          { op: 'replace', path: `${ENTERPRISE}:manager`, value: cleared },
        );
        const { body } = await send('GET', `/Users/${person.id}`);
        expect([body.title, body[ENTERPRISE], body.schemas]).toEqual([undefined, undefined, [CORE]]);
      }
    });

    test("Microsoft's validator: what it asks of groups", async () => {
      const user = (await send('POST', '/Users', { schemas: [CORE], userName: 'member@example.com' }, 201)).body;
      const body = { displayName: 'Validators', externalId: 'vg-1', schemas: [GROUP] };
      const { id } = (await send('POST', '/Groups', body, 201)).body;
      await send('POST', '/Groups', body, 409);
      await send('POST', '/Groups', { ...body, displayName: 'VALIDATORS' }, 409);
      expect(await match('Groups', 'displayName eq "validators"')).toMatchObject([{ id }]);
      expect((await send('GET', `/Groups?filter=${encodeURIComponent('displayName eq "none"')}`, undefined, 200)).body.totalResults).toBe(
        0,
      );
      await patch(`/Groups/${id}`, { op: 'replace', value: { externalId: 'vg-2' } });
      await patch(`/Groups/${id}`, { op: 'replace', value: { displayName: 'Renamed' } });
      expect((await send('GET', `/Groups/${id}`)).body).toMatchObject({ displayName: 'Renamed', externalId: 'vg-2' });

      await patch(`/Groups/${id}`, { op: 'replace', path: 'members', value: [{ value: user.id }] });
      expect((await send('GET', `/Groups/${id}`)).body.members).toEqual([
        { value: user.id, type: 'User', $ref: `${client.baseUrl}/Users/${user.id}` },
      ]);
      expect((await send('GET', `/Groups/${id}?excludedAttributes=members`)).body.members).toBeUndefined();
      const holding = await send('GET', `/Groups?filter=${encodeURIComponent(`members.value eq "${user.id}"`)}`, undefined, 200);
      expect(holding.body.Resources.map((group: ScimBody) => group.id)).toEqual([id]);
      await patch(`/Groups/${id}`, { op: 'remove', path: `members[value eq "${user.id}"]` });
      expect(await membersOf(id)).toEqual([]);
      await patch(
        `/Groups/${id}`,
        { op: 'add', path: 'members', value: [{ value: user.id }] },
        { op: 'remove', path: `members[value eq "${user.id}"]` },
      );
      expect(await membersOf(id)).toEqual([]);
      await send('DELETE', `/Groups/${id}`, undefined, 204);
      await send('GET', `/Groups/${id}`, undefined, 404);
      await send('DELETE', `/Groups/${id}`, undefined, 404);
    });
  });
}
