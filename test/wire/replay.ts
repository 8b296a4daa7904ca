import { expect } from '@jest/globals';
import type { ScimBody, ScimClient } from '../support/scim-client.ts';
import { BODY_FACTS } from './body-facts.ts';
import type { WireRequest } from './wire-request.ts';

/** Ids that stand in the recorded requests for the person who is there already. */
const RECORDED_IDS = ['b5f2a1d0-7c1e-4f55-9a61-2f4f7a0c1001', '23a35c27-0000-4c03-b4c5-6443c0900001'];

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
    manager: { value: 'b5f2a1d0-7c1e-4f55-9a61-2f4f7a0c1002' },
  },
};

/**
 * Sends one recorded request to a tenant that selects every attribute and holds nobody else, and asserts its status and
 * each of its facts. The tenant is empty again afterwards when it deletes for good.
 */
export async function replay(client: ScimClient, recorded: WireRequest): Promise<void> {
  await removeEverybody(client);
  const hasPerson =
    recorded.method !== 'POST' && !recorded.expects.bodyFacts.some((sentence) => /totalResults (is the integer )?0/.test(sentence));
  const before = hasPerson ? await create(client, recorded.name.startsWith('okta') ? asOktaUser(ALICE) : ALICE) : null;
  if (recorded.expects.status.includes(409)) await create(client, recorded.body);
  const request = withId(recorded, before?.id);

  const { Authorization: recordedToken, ...headers } = request.headers;
  const isBad = recordedToken !== undefined && recorded.expects.status.includes(401);
  const answer = await client.send({ ...request, headers: isBad ? { ...headers, authorization: 'Bearer not-the-token' } : headers });
  const after = before && (await client.send({ method: 'GET', path: `/Users/${before.id}` })).body;

  expect(recorded.expects.status).toContain(answer.status);
  if (answer.body !== null) expect(answer.headers.get('content-type')).toBe('application/scim+json; charset=utf-8');
  for (const sentence of recorded.expects.bodyFacts) {
    const fact = BODY_FACTS[sentence];
    if (!fact) throw new Error(`${recorded.name}: nobody has said what ${JSON.stringify(sentence)} means; add it to body-facts.ts`);
    await fact({ request, answer, before, after, client });
  }
}

async function create(client: ScimClient, body: unknown): Promise<ScimBody> {
  const created = await client.send({ method: 'POST', path: '/Users', body });
  expect(created.status).toBe(201);
  return created.body;
}

export async function removeEverybody(client: ScimClient): Promise<void> {
  const all = await client.send({ method: 'GET', path: '/Users', query: 'count=200' });
  for (const { id } of all.body.Resources) await client.send({ method: 'DELETE', path: `/Users/${id}` });
}

function asOktaUser(user: typeof ALICE): ScimBody {
  return { ...user, userName: 'test.user@example.com', name: { givenName: 'Test', familyName: 'User' } };
}

function withId(request: WireRequest, id: string | undefined): WireRequest {
  if (!id) return request;
  return JSON.parse(RECORDED_IDS.reduce((text, recorded) => text.replaceAll(recorded, id), JSON.stringify(request))) as WireRequest;
}
