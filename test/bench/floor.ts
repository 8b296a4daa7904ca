import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseFilter } from '#common/scim/parse-filter.ts';
import type { UserLookup } from '#scim-service/domain/user-lookup.ts';
import type { ScimStore } from '#scim-service/provisioning/scim-store.ts';
import { TENANT } from './people.ts';

/**
 * The least that a server must do for each request: a bare HTTP server, JSON parsed and printed, and the one or two store
 * operations that can't be avoided. No SCIM, no tenants, no tokens, no metrics.
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
  if (query === undefined) return [200, await store.users.findById(TENANT, id)];
  return [200, query.startsWith('filter=') ? await lookUp(store, query) : await page(store, query)];
}

async function readJson(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
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
    person: {},
    deletedAt: null,
  } as const;
  await store.users.insert(user);
  return [201, user];
}

async function patch(store: ScimStore, id: string, _body: Body): Promise<[number, unknown]> {
  const user = await store.users.findById(TENANT, id);
  if (user === null) return [404, null];
  const changed = { ...user, version: user.version + 1, lastModified: new Date() };
  return (await store.users.replace(changed, user.version)) ? [200, changed] : [409, null];
}

async function changeMember(store: ScimStore, group: string, { Operations: [operation] }: Body): Promise<[number, unknown]> {
  const members = operation?.value.map(({ value }) => value) ?? [];
  const change =
    operation?.op === 'Add' ? { add: members.map((id) => ({ id, type: 'User' as const })), remove: [] } : { add: [], remove: members };
  await store.groups.changeMembers(TENANT, group, change, null, new Date());
  return [204, null];
}

async function lookUp(store: ScimStore, query: string): Promise<unknown> {
  const filter = parseFilter(decodeURIComponent(query.slice('filter='.length)));
  const value = filter.kind === 'compare' ? String(filter.value) : /"([^"]*)"$/.exec(decodeURIComponent(query))?.[1];
  const by = filter.kind === 'compare' ? (filter.path.attribute as 'userName') : 'email';
  return store.users.find(TENANT, { by, value: value ?? '' } satisfies UserLookup, { offset: 0, limit: 1 });
}

async function page(store: ScimStore, query: string): Promise<unknown> {
  if (!query.startsWith('cursor')) return store.users.find(TENANT, { by: 'all' }, { offset: 0, limit: 100 });
  for await (const users of store.users.scan(TENANT, { by: 'all' }, { after: null, narrow: null })) return users.slice(0, 100);
  return [];
}
