import type { LoadRequest } from './closed-loop.ts';
import { entraUser, GROUP_IDS, idOf, userNameOf } from './people.ts';

const PATCH_OP = ['urn:ietf:params:scim:api:messages:2.0:PatchOp'];
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

export interface Scenario {
  readonly name: string;
  /** The n-th request for a tenant that holds `users` people. */
  readonly request: (n: number, users: number) => LoadRequest;
  /** What every answer must be. */
  readonly status: number;
  /** Smallest tenant that it makes sense for. */
  readonly minUsers?: number;
}

/** Spreads consecutive numbers over the people, so that no page of a store stays hot by accident. */
function someone(n: number, users: number): number {
  return (n * 7_919) % users;
}

function filter(text: string): LoadRequest {
  return { method: 'GET', path: `/Users?filter=${encodeURIComponent(text)}` };
}

function patch(id: string, operations: readonly object[]): LoadRequest {
  return { method: 'PATCH', path: `/Users/${id}`, body: { schemas: PATCH_OP, Operations: operations } };
}

function memberChange(group: string, n: number, users: number): LoadRequest {
  const member = idOf(someone(n >> 1, users));
  // The directory's own dialect: even requests add one member, odd ones take the same one out again.
  const body =
    n % 2 === 0
      ? { schemas: PATCH_OP, Operations: [{ op: 'Add', path: 'members', value: [{ $ref: null, value: member }] }] }
      : { schemas: PATCH_OP, Operations: [{ op: 'Remove', path: 'members', value: [{ $ref: null, value: member }] }] };
  return { method: 'PATCH', path: `/Groups/${group}`, body };
}

export const SCENARIOS: readonly Scenario[] = [
  { name: 'create', status: 201, request: (n) => ({ method: 'POST', path: '/Users', body: entraUser(n, `new-${process.pid}-`) }) },
  { name: 'filter userName', status: 200, request: (n, users) => filter(`userName eq "${userNameOf(someone(n, users))}"`) },
  { name: 'filter externalId', status: 200, request: (n, users) => filter(`externalId eq "external-${someone(n, users)}"`) },
  {
    name: 'filter work email',
    status: 200,
    request: (n, users) => filter(`emails[type eq "work"].value eq "${userNameOf(someone(n, users))}"`),
  },
  { name: 'get by id', status: 200, request: (n, users) => ({ method: 'GET', path: `/Users/${idOf(someone(n, users))}` }) },
  {
    name: 'patch active',
    status: 200,
    request: (n, users) =>
      patch(idOf(someone(n, users)), [{ op: 'Replace', path: 'active', value: Math.floor(n / users) % 2 === 0 ? 'False' : 'True' }]),
  },
  {
    name: 'patch 10 operations',
    status: 200,
    request: (n, users) =>
      patch(idOf(someone(n, users)), [
        { op: 'Replace', path: 'displayName', value: `Changed ${n}` },
        { op: 'Replace', path: 'title', value: `Title ${n}` },
        { op: 'Replace', path: 'name.givenName', value: `Given ${n}` },
        { op: 'Replace', path: 'name.familyName', value: `Family ${n}` },
        { op: 'Replace', path: 'preferredLanguage', value: n % 2 === 0 ? 'de-DE' : 'en-US' },
        { op: 'Replace', path: 'phoneNumbers[type eq "work"].value', value: `+1 555 ${n}` },
        { op: 'Replace', path: 'phoneNumbers[type eq "mobile"].value', value: `+1 556 ${n}` },
        { op: 'Replace', path: 'addresses[type eq "work"].streetAddress', value: `${n} Example Way` },
        { op: 'Replace', path: `${ENTERPRISE}:department`, value: `Department ${n}` },
        { op: 'Replace', path: `${ENTERPRISE}:employeeNumber`, value: `E-${n}` },
      ]),
  },
  { name: 'add and remove a member, group of 100', status: 204, request: (n, users) => memberChange(GROUP_IDS[100], n, users) },
  {
    name: 'add and remove a member, group of 100,000',
    status: 204,
    minUsers: 100_000,
    request: (n, users) => memberChange(GROUP_IDS[100_000], n, users),
  },
  { name: 'list page of 100', status: 200, request: () => ({ method: 'GET', path: '/Users?startIndex=1&count=100' }) },
  { name: 'cursor page of 100, first', status: 200, request: () => ({ method: 'GET', path: '/Users?cursor&count=100' }) },
];
