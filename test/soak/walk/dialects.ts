import { BADGE_SCHEMA, type Group, type Person } from '../model/person.ts';

const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
const GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
const ENTRA_GROUP = 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

export interface DirectoryRequest {
  readonly method: string;
  readonly path: string;
  readonly query?: string;
  readonly body?: object;
}

/** How a directory writes what it wants. */
export interface Dialect {
  readonly create: (person: Person) => DirectoryRequest;
  readonly change: (id: string, before: Person, after: Person) => DirectoryRequest;
  readonly createGroup: (group: Group) => DirectoryRequest;
  readonly addMember: (group: string, member: string) => DirectoryRequest;
  readonly removeMember: (group: string, member: string) => DirectoryRequest;
}

function patch(path: string, ...Operations: readonly object[]): DirectoryRequest {
  return { method: 'PATCH', path, body: { schemas: [PATCH], Operations } };
}

/** Entra ID: one operation for each attribute, booleans as words. */
const ENTRA: Dialect = {
  create: ({ userName, displayName, title, badge, active }) => ({
    method: 'POST',
    path: '/Users',
    body: {
      schemas: [CORE, BADGE_SCHEMA],
      externalId: userName,
      userName,
      displayName,
      title,
      active,
      roles: [],
      [BADGE_SCHEMA]: { badge },
    },
  }),
  change: (id, before, after) =>
    patch(
      `/Users/${id}`,
      ...(['displayName', 'title'] as const)
        .filter((name) => before[name] !== after[name])
        .map((name) => ({ op: 'Replace', path: name, value: after[name] })),
      ...(before.badge === after.badge ? [] : [{ op: 'Add', path: `${BADGE_SCHEMA}:badge`, value: `${after.badge}` }]),
      ...(before.active === after.active ? [] : [{ op: 'Replace', path: 'active', value: after.active ? 'True' : 'False' }]),
    ),
  createGroup: ({ displayName }) => ({
    method: 'POST',
    path: '/Groups',
    body: { schemas: [GROUP, ENTRA_GROUP], externalId: `group-${displayName}`, displayName, meta: { resourceType: 'Group' } },
  }),
  addMember: (group, member) => patch(`/Groups/${group}`, { op: 'Add', path: 'members', value: [{ $ref: null, value: member }] }),
  removeMember: (group, member) => patch(`/Groups/${group}`, { op: 'Remove', path: 'members', value: [{ $ref: null, value: member }] }),
};

/** Okta: whole resources by PUT, `active` alone by a PATCH without a path. */
const OKTA: Dialect = {
  create: (person) => ({ method: 'POST', path: '/Users', body: { ...oktaBody(person), groups: [], password: 'x7pq20aa' } }),
  change: (id, before, after) =>
    before.active === after.active
      ? { method: 'PUT', path: `/Users/${id}`, body: { ...oktaBody(after), id } }
      : patch(`/Users/${id}`, { op: 'replace', value: { ...oktaFields(after), active: after.active } }),
  createGroup: ({ displayName }) => ({ method: 'POST', path: '/Groups', body: { schemas: [GROUP], displayName, members: [] } }),
  addMember: (group, member) => patch(`/Groups/${group}`, { op: 'add', path: 'members', value: [{ value: member, display: member }] }),
  removeMember: (group, member) => patch(`/Groups/${group}`, { op: 'remove', path: `members[value eq "${member}"]` }),
};

function oktaFields({ displayName, title, badge }: Person): object {
  return { displayName, title, [BADGE_SCHEMA]: { badge } };
}

function oktaBody(person: Person): object {
  const { userName, active } = person;
  return { schemas: [CORE, BADGE_SCHEMA], userName, externalId: `okta-${userName}`, active, ...oktaFields(person) };
}

export const DIALECTS: Readonly<Record<'entra' | 'okta', Dialect>> = { entra: ENTRA, okta: OKTA };

export function findPerson(userName: string): DirectoryRequest {
  return { method: 'GET', path: '/Users', query: `filter=${encodeURIComponent(`userName eq "${userName}"`)}` };
}

export function findGroup(displayName: string): DirectoryRequest {
  return { method: 'GET', path: '/Groups', query: `filter=${encodeURIComponent(`displayName eq "${displayName}"`)}` };
}
