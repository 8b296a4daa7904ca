import { expect } from '@jest/globals';
import type { ScimAnswer, ScimBody, ScimClient } from '../support/scim-client.ts';
import type { WireRequest } from './wire-request.ts';

interface FactContext {
  readonly request: WireRequest;
  readonly answer: ScimAnswer;
  /** The person or group that the request is about, before it and after; null where there is none. */
  readonly before: ScimBody;
  readonly after: ScimBody;
  readonly client: ScimClient;
}

type Fact = (context: FactContext) => void | Promise<void>;

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

const isList: Fact = ({ answer }) => expect(answer.body.schemas).toEqual([LIST]);
const isEmptyList: Fact = ({ answer }) => expect(answer.body).toMatchObject({ totalResults: 0, Resources: [] });
const isFullUser: Fact = ({ answer }) => {
  if (answer.status === 204) return expect(answer.body).toBeNull();
  expect(answer.body).toMatchObject({ id: expect.any(String), userName: expect.any(String), active: expect.any(Boolean) });
};
const hasId: Fact = ({ answer }) => expect(answer.body.id).toMatch(/^[0-9a-f-]{36}$/);
const nothing: Fact = () => undefined;
const titleIsGone: Fact = ({ after }) => expect(after.title ?? '').toBe('');
const managerIsGone: Fact = ({ after }) => expect(after[ENTERPRISE]?.manager ?? null).toBeNull();
const isInactive: Fact = ({ after }) => expect(after.active).toBe(false);

/** Name of the attribute that a PATCH path or key changes: `department` and the like for the enterprise extension. */
function touched(path: string): string {
  const name = path.startsWith('urn:') ? path.slice(path.lastIndexOf(':') + 1) : path;
  return /^[A-Za-z]+/.exec(name)?.[0] ?? name;
}

/** What is left when the attributes that the request names, and meta, are taken out. */
function untouched(user: ScimBody, request: WireRequest): ScimBody {
  const names = new Set(
    (request.body?.Operations ?? []).flatMap(({ path, value }) => (path ? [touched(path)] : Object.keys(value as object).map(touched))),
  );
  const keep = (object: object): object =>
    Object.fromEntries(Object.entries(object).filter(([name]) => !names.has(name) && name !== 'meta' && name !== 'schemas'));
  return { ...keep(user), [ENTERPRISE]: keep(user[ENTERPRISE] ?? {}) };
}

const foundByName = async ({ after, client }: FactContext): Promise<ScimBody> => {
  const found = await client.send({
    method: 'GET',
    path: '/Users',
    query: `filter=${encodeURIComponent(`userName eq "${after.userName}"`)}`,
  });
  expect(found.body.totalResults).toBe(1);
  return found.body.Resources[0];
};

/** What each sentence of a request's `bodyFacts` means, as an assertion. */
export const BODY_FACTS: Readonly<Record<string, Fact>> = {
  'schemas = [ListResponse URN]': isList,
  ListResponse: isList,
  'totalResults is the integer 0': isEmptyList,
  'Resources is [] (may not be replaced by 404)': isEmptyList,
  'ListResponse, totalResults 0': isEmptyList,
  'totalResults 0 and Resources [] (404 with Error also accepted by Okta, not by Entra)': isEmptyList,
  'unknown valueless query parameter is ignored': isEmptyList,
  'totalResults is the integer 1': ({ answer }) => expect(answer.body.totalResults).toBe(1),
  'Resources[0].id equals the id given on create': ({ answer, before }) => expect(answer.body.Resources[0].id).toBe(before.id),
  'Resources[0].id is stored by Okta as externalId of the app user': ({ answer, before }) =>
    expect(answer.body.Resources[0].id).toBe(before.id),
  'active is a JSON Boolean': ({ answer }) => expect(typeof answer.body.Resources[0].active).toBe('boolean'),
  'attribute name matched in any case': ({ answer }) => expect(answer.body.totalResults).toBe(1),
  '1 resource with id (and schemas) if the reference is present, else 0': ({ answer, before }) =>
    expect(answer.body.Resources).toEqual([{ schemas: expect.any(Array), id: before.id }]),
  'id, schemas, meta, active Boolean': ({ answer, before }) =>
    expect(answer.body).toMatchObject({
      id: before.id,
      schemas: expect.any(Array),
      meta: { resourceType: 'User' },
      active: expect.any(Boolean),
    }),
  'inactive users are returned too': async ({ client, before, answer }) => {
    await client.send({
      method: 'PATCH',
      path: `/Users/${before.id}`,
      body: { Operations: [{ op: 'Replace', path: 'active', value: 'False' }] },
    });
    const again = await client.send({ method: 'GET', path: `/Users/${answer.body.id}` });
    expect(again).toMatchObject({ status: 200, body: { active: false } });
  },
  'id present and stable': async ({ answer, client }) => {
    const again = await client.send({ method: 'GET', path: `/Users/${answer.body.id}` });
    expect(again.body.id).toBe(answer.body.id);
  },
  'id present': hasId,
  'values echoed unchanged': ({ answer, request }) => {
    const { schemas: _schemas, roles: _empty, meta: _meta, ...sent } = request.body ?? {};
    expect(answer.body).toMatchObject(sent);
  },
  'meta.created/lastModified ISO 8601': ({ answer }) => {
    for (const time of [answer.body.meta.created, answer.body.meta.lastModified]) expect(new Date(time).toISOString()).toBe(time);
  },
  'response manager is an object {value}': ({ answer, request }) =>
    expect(answer.body[ENTERPRISE].manager).toMatchObject({ value: (request.body as ScimBody)[ENTERPRISE].manager }),
  'phone and address values echoed byte for byte': ({ answer, request }) => {
    expect(answer.body.phoneNumbers).toEqual(request.body?.['phoneNumbers']);
    expect(answer.body.addresses).toEqual(request.body?.['addresses']);
  },
  'missing emails accepted': ({ answer }) => expect(answer.body.emails).toBeUndefined(),
  'both entries kept although the type is the same': ({ answer, request }) => expect(answer.body.roles).toEqual(request.body?.['roles']),
  'active defaults to true': ({ answer }) => expect(answer.body.active).toBe(true),
  'attribute names read without regard to case, answered in canonical case': ({ answer }) =>
    expect(answer.body).toMatchObject({
      userName: 'pm.one@example.com',
      active: true,
      displayName: 'PM One',
      emails: [
        { primary: true, type: 'work', value: 'pm.one@example.com' },
        { primary: false, type: 'home', value: 'pm.home@example.com' },
      ],
    }),
  'Error schema': ({ answer }) => expect(answer.body.schemas).toEqual([ERROR]),
  'scimType "uniqueness"': ({ answer }) => expect(answer.body.scimType).toBe('uniqueness'),
  'conflict on userName alone': ({ answer }) => expect(answer.body.scimType).toBe('uniqueness'),
  'status "409"': ({ answer }) => expect(answer.body.status).toBe('409'),
  'human readable detail (shown in provisioning logs)': ({ answer }) => expect(answer.body.detail).toMatch(/userName .*taken/),
  '204 with no body, or 200 with the full user': isFullUser,
  '200 with resource or 204': isFullUser,
  'all other attributes unchanged': ({ before, after, request }) => expect(untouched(after, request)).toEqual(untouched(before, request)),
  'found by filter under the new name': async (context) => {
    expect(context.after.userName).toBe('alice.renamed@example.com');
    expect((await foundByName(context)).id).toBe(context.before.id);
  },
  'exactly one address entry of type work results': ({ after }) => {
    expect(after.addresses).toHaveLength(1);
    expect(after.addresses[0]).toMatchObject({ type: 'work', formatted: 'Building 1', locality: 'Springfield', region: 'WA' });
  },
  'stored under the enterprise URN, key never split at the dot of 2.0': ({ after }) => expect(after[ENTERPRISE].department).toBe('Sales'),
  'active false': isInactive,
  '200, active false': isInactive,
  'active true': ({ after }) => expect(after.active).toBe(true),
  'Operations may precede schemas': isInactive,
  'path-less': isInactive,
  'dotted keys expanded into name': ({ after }) => expect(after.name).toMatchObject({ givenName: 'Alice', familyName: 'Flag' }),
  'URN key expanded into the enterprise object': ({ after }) => expect(after[ENTERPRISE].employeeNumber).toBe('E-1003'),
  'merged, other enterprise attributes kept': ({ before, after }) =>
    expect(after[ENTERPRISE]).toEqual({ ...before[ENTERPRISE], department: 'Engineering', costCenter: 'CC-1234' }),
  'GET shows manager {"value": id}, never a bare string': ({ after, request }) =>
    expect(after[ENTERPRISE].manager).toMatchObject({ value: request.body?.Operations?.[0]?.value }),
  'manager.value changed': ({ after, request }) =>
    expect(after[ENTERPRISE].manager).toMatchObject({ value: request.body?.Operations?.[0]?.value }),
  'manager absent or null afterwards': managerIsGone,
  'manager absent afterwards': managerIsGone,
  'GET shows title absent, null or empty': titleIsGone,
  'values cleared': ({ after }) => {
    expect(after.phoneNumbers.find(({ type }: ScimBody) => type === 'work')?.value ?? '').toBe('');
    expect(after.addresses?.find(({ type }: ScimBody) => type === 'work')?.streetAddress ?? '').toBe('');
  },
  'attribute absent; no error when it was absent before': async ({ after, client, request }) => {
    expect(after.preferredLanguage).toBeUndefined();
    const again = await client.send({ method: 'PATCH', path: `/Users/${after.id}`, body: request.body });
    expect([200, 204]).toContain(again.status);
  },
  'givenName kept': ({ before, after }) => expect(after.name).toEqual({ ...before.name, familyName: 'Merged' }),
  'single-element arrays unwrapped': ({ after }) => {
    expect(after).toMatchObject({ displayName: 'Alice W.', title: 'Senior Engineer', timezone: 'America/Los_Angeles' });
    expect(after[ENTERPRISE].employeeNumber).toBe('99999');
  },
  'all values found through GET /Users?filter=userName eq …': async (context) => {
    const found = await foundByName(context);
    const primary = (values: ScimBody[]): ScimBody => values.find((entry) => entry.primary === true)?.value;
    expect(primary(found.emails)).toBe('alice.p@example.com');
    expect(primary(found.phoneNumbers)).toBe('+1 555 0198');
    expect(primary(found.entitlements)).toBe('vpn-admin');
    expect(found).toMatchObject({
      displayName: 'Alice P.',
      name: { formatted: 'Alice P. Doe' },
      [ENTERPRISE]: { employeeNumber: '99998' },
    });
  },
  'no change, no error': ({ before, after }) => expect(after).toEqual(before),
  'all attributes visible in GET filter': async (context) =>
    expect(await foundByName(context)).toMatchObject({
      active: true,
      displayName: 'ADDDISP',
      title: 'ADDTITLE',
      preferredLanguage: 'pa',
      name: { givenName: 'Terry', familyName: 'Brand' },
      userType: 'ADDTYPE',
      [ENTERPRISE]: { employeeNumber: 'ADDEMP' },
    }),
  'one emails entry with value and primary true': ({ after }) =>
    expect(after.emails.filter(({ type }: ScimBody) => type === 'work')).toEqual([
      { type: 'work', value: 'val.add@example.com', primary: true },
    ]),
  'empty body': ({ answer }) => expect(answer.body).toBeNull(),
  'later GET gives 404': async ({ client, before }) =>
    expect((await client.send({ method: 'GET', path: `/Users/${before.id}` })).status).toBe(404),
  'memberships removed': async ({ client, before }) =>
    isEmptyList({
      answer: await client.send({
        method: 'GET',
        path: '/Groups',
        query: `filter=${encodeURIComponent(`members.value eq "${before.id}"`)}`,
      }),
    } as FactContext),
  'totalResults, startIndex, itemsPerPage are JSON integers': ({ answer }) => {
    for (const name of ['totalResults', 'startIndex', 'itemsPerPage']) expect(Number.isInteger(answer.body[name])).toBe(true);
  },
  // A licence for the server, not a demand.
  'server may add attributes of its own (userType …)': hasId,
  'stable order': async ({ answer, client, request }) => {
    const again = await client.send({ method: 'GET', path: request.path, query: request.query });
    expect(again.body.Resources).toEqual(answer.body.Resources);
  },
  'totalResults > 100 makes Okta ask startIndex=101': ({ answer }) => expect(answer.body.totalResults).toBe(1),
  'startIndex echoes 101': ({ answer }) => expect(answer.body.startIndex).toBe(101),
  'full resource': isFullUser,
  'id equals the one asked for': ({ answer, before }) => expect(answer.body.id).toBe(before.id),
  'names, userName, active, emails[0].value not empty': ({ answer }) =>
    expect(answer.body).toMatchObject({
      name: { givenName: expect.stringMatching(/./), familyName: expect.stringMatching(/./) },
      userName: expect.stringMatching(/./),
      active: expect.any(Boolean),
      emails: [{ value: expect.stringMatching(/./) }, ...Array(0)],
    }),
  'Content-Type application/json must be accepted': hasId,
  'active true, id, names, userName echoed, core URN in schemas': ({ answer, request }) => {
    expect(answer.body).toMatchObject({ active: true, name: request.body?.['name'], userName: request.body?.['userName'] });
    expect(answer.body.schemas).toContain('urn:ietf:params:scim:schemas:core:2.0:User');
  },
  '200; match result not asserted': nothing,
  'SCIM Error body: schemas, detail not empty, status "401"': ({ answer }) =>
    expect(answer.body).toMatchObject({ schemas: [ERROR], status: '401', detail: expect.stringMatching(/./) }),
  'no members attribute in the resource': ({ answer, before }) => {
    expect(answer.body.Resources.map(({ id }: ScimBody) => id)).toEqual([before.id]);
    expect(answer.body.Resources[0].members).toBeUndefined();
  },
  'ListResponse, 200 even when empty': isList,
  'legacy schema URN tolerated, not returned': ({ answer }) =>
    expect(answer.body.schemas).toEqual(['urn:ietf:params:scim:schemas:core:2.0:Group']),
  'members [] or absent': ({ answer }) => expect(answer.body.members ?? []).toEqual([]),
  'Error, scimType uniqueness': ({ answer }) =>
    expect(answer.body).toMatchObject({ schemas: [ERROR], scimType: 'uniqueness', status: '409' }),
  '204 preferred, body with all members not advised': ({ answer, after, request }) => {
    expect(answer.status).toBe(204);
    const [operation] = request.body?.Operations ?? [];
    const changed = operation?.path ? { [operation.path]: operation.value } : operation?.value;
    expect(after).toMatchObject(changed as object);
  },
  'member id is a group id; either store or refuse with a clear detail': ({ after, request }) => {
    const [added] = (request.body as ScimBody).Operations[0].value;
    expect(after.members).toContainEqual(expect.objectContaining({ value: added?.value, type: 'Group' }));
  },
  'only that member removed; no error when absent': async ({ before, after, client, request }) => {
    expect(before.members).toHaveLength(1);
    expect(after.members ?? []).toEqual([]);
    const again = await client.send({ method: 'PATCH', path: `/Groups/${after.id}`, body: request.body });
    expect(again.status).toBe(204);
  },
  'membership equals the list': ({ after, request }) => {
    const list = request.body?.Operations?.[0]?.value as { value: string }[];
    const ids = (members: readonly { value: string }[]): string[] => members.map(({ value }) => value).toSorted();
    expect(ids(after.members)).toEqual(ids(list));
  },
  'applied in order; member absent': ({ after }) => expect(after.members ?? []).toEqual([]),
  'group empty': ({ after }) => expect(after.members ?? []).toEqual([]),
  'group empty; empty array is legal': ({ after }) => expect(after.members ?? []).toEqual([]),
  'full group with id': ({ answer, request }) =>
    expect(answer.body).toMatchObject({
      id: expect.any(String),
      displayName: request.body?.['displayName'],
      meta: { resourceType: 'Group' },
    }),
  'members applied on POST': async ({ answer, client, request }) => {
    const { body } = await client.send({ method: 'GET', path: `/Groups/${answer.body.id}` });
    const [sent] = (request.body as ScimBody).members;
    expect(body.members.map(({ value }: ScimBody) => value)).toEqual([sent?.value]);
  },
  '200 with the group': ({ answer, before, request }) =>
    expect(answer.body).toMatchObject({ id: before.id, displayName: request.body?.['displayName'], members: [expect.any(Object)] }),
  '200 in under 600 ms (optional test)': isList,
};
