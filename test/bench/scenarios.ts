import type { LoadRequest } from './closed-loop.ts';
import { entraUser, FIRST_CREATED_AT, GROUP_IDS, idOf, userNameOf } from './people.ts';

const PATCH_OP = ['urn:ietf:params:scim:api:messages:2.0:PatchOp'];
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const PAGE = 100;

/** Service and floor work on one store, so whatever they write has to be kept apart. */
export type Side = 'service' | 'floor';

interface ScenarioContext {
  readonly side: Side;
  /** How many people the tenant held when it was seeded. */
  readonly users: number;
  /** JSON of a GET of this side's server, for what has to be found out before. */
  readonly get: (path: string) => Promise<Record<string, unknown>>;
}

export interface Scenario {
  readonly name: string;
  /** Makes the n-th request, counted from 0 over warm-up and measurement. */
  readonly requests: (context: ScenarioContext) => ((n: number) => LoadRequest) | Promise<(n: number) => LoadRequest>;
  /** What every answer must be. */
  readonly status: number;
  /** What the service's answers must show, so that fast nonsense isn't taken for work. */
  readonly shows: RegExp;
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

function patch(path: string, operations: readonly object[]): LoadRequest {
  return { method: 'PATCH', path, body: { schemas: PATCH_OP, Operations: operations } };
}

/**
 * The directory's own dialect. Members of a set are taken out one by one and then put in again, so that every request
 * changes something and no two requests about one member are ever under way together; each side has a set of its own.
 */
function memberChange(size: keyof typeof GROUP_IDS, side: Side): (n: number) => LoadRequest {
  const members = Math.min(1_000, size / 2);
  const spread = size / members;
  return (n) => {
    const member = idOf((n % members) * spread + (side === 'floor' ? 0 : 1));
    const op = Math.floor(n / members) % 2 === 0 ? 'Remove' : 'Add';
    return patch(`/Groups/${GROUP_IDS[size]}`, [{ op, path: 'members', value: [{ $ref: null, value: member }] }]);
  };
}

function tenOperations(n: number): readonly object[] {
  return [
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
  ];
}

/** Number of the first person on the page at nine tenths of the list. */
function deep(users: number): number {
  return Math.floor((users * 0.9) / PAGE) * PAGE;
}

/** Walks to the deep page in the largest steps there are; the floor knows the place. */
async function deepCursor({ side, users, get }: ScenarioContext): Promise<string> {
  const last = deep(users) - 1;
  if (side === 'floor') return `${FIRST_CREATED_AT + last}_${idOf(last)}`;
  let cursor = '';
  for (let seen = 0; seen < deep(users);) {
    const page = await get(`/Users?cursor=${cursor}&count=${Math.min(1_000, deep(users) - seen)}&attributes=id`);
    seen += Number(page['itemsPerPage']);
    cursor = String(page['nextCursor']);
  }
  return cursor;
}

const ONE_FOUND = /"totalResults":1,.*"userName":"person\./;
const WHOLE_PAGE = /"itemsPerPage":100,.*"userName":"person\./;

export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'create',
    status: 201,
    shows: /"created":/,
    requests:
      ({ side }) =>
      (n) => ({ method: 'POST', path: '/Users', body: entraUser(n, `new-${side}-${process.pid}-`) }),
  },
  {
    name: 'filter userName',
    status: 200,
    shows: ONE_FOUND,
    requests:
      ({ users }) =>
      (n) =>
        filter(`userName eq "${userNameOf(someone(n, users))}"`),
  },
  {
    name: 'filter externalId',
    status: 200,
    shows: ONE_FOUND,
    requests:
      ({ users }) =>
      (n) =>
        filter(`externalId eq "external-${someone(n, users)}"`),
  },
  {
    name: 'filter work email',
    status: 200,
    shows: ONE_FOUND,
    requests:
      ({ users }) =>
      (n) =>
        filter(`emails[type eq "work"].value eq "${userNameOf(someone(n, users))}"`),
  },
  {
    name: 'get by id',
    status: 200,
    shows: /"userName":"person\./,
    requests:
      ({ users }) =>
      (n) => ({ method: 'GET', path: `/Users/${idOf(someone(n, users))}` }),
  },
  {
    name: 'patch active',
    status: 200,
    shows: /"active":false,/,
    requests:
      ({ users }) =>
      (n) =>
        patch(`/Users/${idOf(someone(n, users))}`, [
          { op: 'Replace', path: 'active', value: Math.floor(n / users) % 2 === 0 ? 'False' : 'True' },
        ]),
  },
  {
    name: 'patch 10 operations',
    status: 200,
    shows: /"displayName":"Changed 0"/,
    requests:
      ({ users }) =>
      (n) =>
        patch(`/Users/${idOf(someone(n, users))}`, tenOperations(n)),
  },
  { name: 'add and remove a member, group of 100', status: 204, shows: /^$/, requests: ({ side }) => memberChange(100, side) },
  {
    name: 'add and remove a member, group of 100,000',
    status: 204,
    shows: /^$/,
    minUsers: 100_000,
    requests: ({ side }) => memberChange(100_000, side),
  },
  {
    name: 'list page of 100, first',
    status: 200,
    shows: WHOLE_PAGE,
    requests: () => () => ({ method: 'GET', path: `/Users?startIndex=1&count=${PAGE}` }),
  },
  {
    name: 'list page of 100, deep',
    status: 200,
    shows: WHOLE_PAGE,
    requests:
      ({ users }) =>
      () => ({ method: 'GET', path: `/Users?startIndex=${deep(users) + 1}&count=${PAGE}` }),
  },
  {
    name: 'cursor page of 100, first',
    status: 200,
    shows: WHOLE_PAGE,
    requests: () => () => ({ method: 'GET', path: `/Users?cursor=&count=${PAGE}` }),
  },
  {
    name: 'cursor page of 100, deep',
    status: 200,
    shows: WHOLE_PAGE,
    async requests(context) {
      const cursor = await deepCursor(context);
      return () => ({ method: 'GET', path: `/Users?cursor=${cursor}&count=${PAGE}` });
    },
  },
];
