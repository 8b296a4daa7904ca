import { expect } from '@jest/globals';
import type { ScimBody, ScimClient } from '../support/scim-client.ts';
import { BODY_FACTS } from './body-facts.ts';
import type { WireRequest } from './wire-request.ts';

/** Ids that stand in the recorded requests for somebody, or a group, that is there already. */
const RECORDED = {
  alice: ['b5f2a1d0-7c1e-4f55-9a61-2f4f7a0c1001', '23a35c27-0000-4c03-b4c5-6443c0900001'],
  bob: ['b5f2a1d0-7c1e-4f55-9a61-2f4f7a0c1002', '89bb1940-0000-4575-9e7f-6f887cf00002'],
  group: ['c0a80101-0000-4d6e-8f00-aa55bb660001', 'abf4dd94-0000-4f67-89c9-76b033400001'],
  nested: ['c0a80101-0000-4d6e-8f00-aa55bb660002'],
} as const;

/** The person that most requests are about, with a value for whatever they change or clear. */
const ALICE = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'],
  externalId: 'alice.doe',
  userName: 'alice.doe@example.com',
  active: true,
  displayName: 'Alice Doe',
  title: 'Engineer',
  preferredLanguage: 'en-US',
  name: { givenName: 'Alice', familyName: 'Doe', formatted: 'Alice Doe' },
  emails: [{ type: 'work', value: 'alice.doe@example.com', primary: true }],
  phoneNumbers: [
    { type: 'work', value: '+1 555 0100' },
    { type: 'mobile', value: '+1 555 0101' },
  ],
  roles: [{ value: 'Team Member', display: 'Team', type: 'custom' }],
  'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': {
    employeeNumber: 'E-1001',
    department: 'Research',
    organization: 'Example',
    manager: { value: RECORDED.bob[0] },
  },
};

/**
 * Sends one recorded request to a tenant that selects every attribute and deletes for good, and asserts its status and each
 * of its facts. The tenant holds nothing but what the request supposes to be there.
 */
export async function replay(client: ScimClient, recorded: WireRequest): Promise<void> {
  await removeEverything(client);
  const ids = await prepare(client, recorded);
  if (recorded.expects.status.includes(409)) await create(client, recorded.path, recorded.body);
  const request = withIds(recorded, ids);
  const subject = recorded.path.startsWith('/Groups') ? ids.group && `/Groups/${ids.group}` : ids.alice && `/Users/${ids.alice}`;
  const read = async (): Promise<ScimBody> => (subject ? (await client.send({ method: 'GET', path: subject })).body : null);

  const before = await read();
  const { Authorization: recordedToken, ...headers } = request.headers;
  const isBad = recordedToken !== undefined && recorded.expects.status.includes(401);
  const answer = await client.send({ ...request, headers: isBad ? { ...headers, authorization: 'Bearer not-the-token' } : headers });
  const after = await read();

  expect(recorded.expects.status).toContain(answer.status);
  if (answer.body !== null) expect(answer.headers.get('content-type')).toBe('application/scim+json; charset=utf-8');
  for (const sentence of recorded.expects.bodyFacts) {
    const fact = BODY_FACTS[sentence];
    if (!fact) throw new Error(`${recorded.name}: nobody has said what ${JSON.stringify(sentence)} means; add it to body-facts.ts`);
    await fact({ request, answer, before, after, client });
  }
}

type Ids = { readonly [name in keyof typeof RECORDED]?: string };

/** Makes what the request supposes to be there: nobody for a miss, people and groups for requests about groups. */
async function prepare(client: ScimClient, { name, method, path, expects }: WireRequest): Promise<Ids> {
  const isMiss = expects.bodyFacts.some((sentence) => /totalResults (is the integer )?0/.test(sentence));
  const isOkta = name.startsWith('okta');
  if (isMiss) return {};
  if (!path.startsWith('/Groups')) {
    return method === 'POST' ? {} : { alice: await create(client, '/Users', isOkta ? asOktaUser(ALICE) : ALICE) };
  }
  const alice = await create(client, '/Users', isOkta ? asOktaUser(ALICE) : ALICE);
  const bob = await create(client, '/Users', { userName: 'user.two@example.com' });
  if (method === 'POST') return { alice, bob };
  const displayName = isOkta ? 'Test SCIMv2' : 'Engineering';
  const group = await create(client, '/Groups', { displayName, members: [{ value: alice }] });
  return { alice, bob, group, nested: await create(client, '/Groups', { displayName: 'Nested' }) };
}

async function create(client: ScimClient, path: string, body: unknown): Promise<string> {
  const created = await client.send({ method: 'POST', path, body });
  expect(created.status).toBe(201);
  return created.body.id;
}

export async function removeEverything(client: ScimClient): Promise<void> {
  for (const type of ['/Groups', '/Users']) {
    const all = await client.send({ method: 'GET', path: type, query: 'count=200' });
    for (const { id } of all.body.Resources) await client.send({ method: 'DELETE', path: `${type}/${id}` });
  }
}

function asOktaUser(user: typeof ALICE): ScimBody {
  return { ...user, userName: 'test.user@example.com', name: { givenName: 'Test', familyName: 'User' } };
}

function withIds(request: WireRequest, ids: Ids): WireRequest {
  let text = JSON.stringify(request);
  for (const [name, id] of Object.entries(ids)) {
    for (const recorded of RECORDED[name as keyof Ids]) text = text.replaceAll(recorded, id);
  }
  return JSON.parse(text) as WireRequest;
}
