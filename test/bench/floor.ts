import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { StoredUser } from '#scim-service/domain/stored-user.ts';
import type { UserLookup } from '#scim-service/domain/user-lookup.ts';
import type { ScimStore } from '#scim-service/provisioning/scim-store.ts';
import { aPerson } from './a-person.ts';
import { TENANT } from './people.ts';

/** Stands in for what a mapping makes of a new person, which has to be written too. */
const { person, defaults, own, projection } = aPerson(0);

/**
 * The least that a server must do for each request: a bare HTTP server, JSON parsed and printed, and the one or two store
 * operations that can't be avoided. No SCIM, no tenants, no tokens, no metrics, no log.
 */
export async function startFloor(store: ScimStore): Promise<number> {
  const server = createServer((request, response) => {
    answer(store, request).then(
      ([status, body]) =>
        response.writeHead(status, { 'content-type': 'application/scim+json' }).end(body === null ? '' : JSON.stringify(body)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function answer(store: ScimStore, request: IncomingMessage): Promise<[status: number, body: unknown]> {
  const [path = '', query] = (request.url ?? '').split('?');
  const id = path.slice(path.lastIndexOf('/') + 1);
  if (path.includes('/Groups/')) return changeMember(store, id, await readJson(request));
  if (request.method === 'POST') return create(store, await readJson(request));
  if (request.method === 'PATCH') return patch(store, id, await readJson(request));
  if (query === undefined) return read(store, id);
  return [200, query.startsWith('filter=') ? await lookUp(store, query) : await page(store, new URLSearchParams(query))];
}

async function read(store: ScimStore, id: string): Promise<[number, unknown]> {
  const user = await store.users.findById(TENANT, id);
  return user === null ? [404, null] : [200, resourceOf(user)];
}

/** As much as the service sends. */
function resourceOf({ id, version, createdAt, lastModified, resource }: StoredUser): object {
  return { id, ...resource, meta: { version, createdAt, lastModified } };
}

async function readJson(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  await once(request, 'end');
  return JSON.parse(Buffer.concat(chunks).toString()) as Body;
}

interface Body {
  readonly userName: string;
  readonly Operations: readonly { readonly op: string; readonly value: readonly { readonly value: string }[] }[];
}

async function create(store: ScimStore, body: Body): Promise<[number, unknown]> {
  const now = new Date();
  const resource = { ...body, active: true };
  const user = {
    tenant: TENANT,
    id: randomUUID(),
    version: 1,
    createdAt: now,
    lastModified: now,
    resource,
    person,
    defaults,
    own,
    projection,
    deletedAt: null,
  } as const;
  await store.users.insert(user);
  return [201, resourceOf(user)];
}

async function patch(store: ScimStore, id: string, _body: Body): Promise<[number, unknown]> {
  const user = await store.users.findById(TENANT, id);
  if (user === null) return [404, null];
  const changed = { ...user, version: user.version + 1, lastModified: new Date() };
  return (await store.users.replace(changed, user.version)) ? [200, resourceOf(changed)] : [409, null];
}

async function changeMember(store: ScimStore, group: string, { Operations: [operation] }: Body): Promise<[number, unknown]> {
  const members = operation?.value.map(({ value }) => value) ?? [];
  const change =
    operation?.op === 'Add' ? { add: members.map((id) => ({ id, type: 'User' as const })), remove: [] } : { add: [], remove: members };
  await store.groups.changeMembers(TENANT, group, change, null, new Date());
  return [204, null];
}

const FILTER = /^filter=(\w+).* eq "([^"]*)"$/;

async function lookUp(store: ScimStore, query: string): Promise<unknown> {
  const [, attribute, value = ''] = FILTER.exec(decodeURIComponent(query)) ?? [];
  const by = attribute === 'emails' ? 'email' : (attribute as 'userName' | 'externalId');
  const { users } = await store.users.find(TENANT, { by, value } satisfies UserLookup, { offset: 0, limit: 100 });
  return { Resources: users.map(resourceOf) };
}

async function page(store: ScimStore, query: URLSearchParams): Promise<unknown> {
  const limit = Number(query.get('count'));
  const [createdAt = '', id = ''] = query.get('cursor')?.split('_') ?? [];
  if (id === '') {
    const { users } = await store.users.find(TENANT, { by: 'all' }, { offset: Number(query.get('startIndex') ?? 1) - 1, limit });
    return { Resources: users.map(resourceOf) };
  }
  const after = { createdAt: new Date(Number(createdAt)), id };
  for await (const users of store.users.scan(TENANT, { by: 'all' }, { after, narrow: null, expected: limit })) {
    return { Resources: users.map(resourceOf) };
  }
  return [];
}
