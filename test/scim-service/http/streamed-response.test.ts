import { describe, expect, test } from '@jest/globals';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Member } from '#scim-service/domain/stored-group.ts';
import type { HttpServerOptions } from '#scim-service/http/server.ts';
import { StoreUnavailableError } from '#scim-service/provisioning/scim-store.ts';
import { aStoredGroup } from '#test/support/a-group.ts';
import { aStoredUser } from '#test/support/a-user.ts';
import { startScimService, type ScimServiceUnderTest } from '#test/support/a-scim-service.ts';
import { sendRaw } from '#test/support/raw-http.ts';
import { waitUntil } from '#test/support/wait-until.ts';

const PAGE = 1_000;
const GROUP = aStoredGroup({ id: 'big' });

/** Members that tell how far they were read. */
class CountedMembers {
  pagesRead = 0;
  letGo = false;
  readonly #pages: number;
  readonly #failAt: number;
  readonly #error: Error;

  constructor(pages: number, options: { readonly failAt?: number; readonly error?: Error } = {}) {
    this.#pages = pages;
    this.#failAt = options.failAt ?? Infinity;
    this.#error = options.error ?? new StoreUnavailableError('members', new Error('gone'));
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<readonly Member[]> {
    try {
      for (let page = 0; page < this.#pages; page += 1) {
        if (page === this.#failAt) throw this.#error;
        this.pagesRead += 1;
        yield Array.from({ length: PAGE }, (_, index) => ({ id: `member-${page}-${index}`, type: 'User' as const }));
      }
    } finally {
      this.letGo = true;
    }
  }
}

const serve = (members: CountedMembers, server: Partial<HttpServerOptions> = {}): Promise<ScimServiceUnderTest> =>
  startScimService({ groups: { get: async () => ({ group: GROUP, members }) }, server });

const REQUEST = 'GET /team-hr/acme/scim/v2/Groups/big HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer token\r\n';

/** A client that sent the request and reads nothing until it is told to. */
async function openPaused(port: number, headers = ''): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.on('error', () => {});
  socket.pause();
  socket.write(`${REQUEST}${headers}\r\n`);
  return socket;
}

/** Resolves when the number stays for 200 ms. */
async function settled(number: () => number): Promise<number> {
  for (let before = -1; before !== number(); await sleep(200)) before = number();
  return number();
}

describe('a group of many members', () => {
  test.each(['identity', 'gzip'])('arrives whole, as %s', async (coding) => {
    await using service = await serve(new CountedMembers(20));
    const response = await fetch(`${service.client.baseUrl}/Groups/big`, {
      headers: { authorization: 'Bearer token', 'accept-encoding': coding },
    });
    const body = (await response.json()) as { members: { value: string }[] };

    expect([response.status, response.headers.get('content-length'), response.headers.get('vary')]).toEqual([200, null, 'Accept-Encoding']);
    expect(response.headers.get('content-encoding')).toBe(coding === 'gzip' ? 'gzip' : null);
    expect(body).toMatchObject({ id: 'big', displayName: GROUP.resource.displayName });
    expect(body.members.length).toBe(20 * PAGE);
    expect(body.members.at(-1)).toEqual({
      value: 'member-19-999',
      $ref: `${service.client.baseUrl}/Users/member-19-999`,
      type: 'User',
    });
  });

  test.each(['identity', 'gzip'])('is read no faster than the client takes it, as %s, and is let go with the client', async (coding) => {
    const members = new CountedMembers(20_000);
    await using service = await serve(members);
    const socket = await openPaused(service.port, `Accept-Encoding: ${coding}\r\n`);
    await waitUntil(() => members.pagesRead > 0, { what: 'the first page' });

    // Buffers of the sockets and of gzip hold a few megabytes; all of it would be three gigabytes.
    const whilePaused = await settled(() => members.pagesRead);
    expect(whilePaused).toBeLessThan(1_000);
    expect(members.letGo).toBe(false);

    socket.resume();
    await waitUntil(() => members.pagesRead > whilePaused + 20, { what: 'further pages' });
    socket.destroy();
    await waitUntil(() => members.letGo, { what: 'the end of reading' });
    expect(members.pagesRead).toBeLessThan(20_000);
  });

  test('is let go when the client reads nothing for long', async () => {
    const members = new CountedMembers(20_000);
    await using service = await serve(members, { stalledTimeout: 300 });
    await openPaused(service.port);

    await waitUntil(() => members.letGo, { what: 'the end of reading' });
    expect(members.pagesRead).toBeLessThan(1_000);
  });

  test('is sent with its length when it is not that many', async () => {
    await using service = await serve(new CountedMembers(1));
    const answer = await service.client.send({ method: 'GET', path: '/Groups/big', headers: { 'accept-encoding': 'identity' } });

    expect(Number(answer.headers.get('content-length'))).toBeGreaterThan(PAGE);
    expect(answer.body.members.length).toBe(PAGE);
  });

  test('is not read on for HEAD', async () => {
    const members = new CountedMembers(20_000);
    await using service = await serve(members);
    const { status, body, headers } = await service.client.send({ method: 'HEAD', path: '/Groups/big' });

    expect([status, body, headers.get('etag')]).toEqual([200, null, 'W/"1"']);
    expect([members.letGo, members.pagesRead < 10]).toEqual([true, true]);
  });
});

describe('a store that fails while a group is sent', () => {
  test.each([
    ['identity', new StoreUnavailableError('members', new Error('gone')), 'StoreUnavailable'],
    ['gzip', new StoreUnavailableError('members', new Error('gone')), 'StoreUnavailable'],
    ['identity', new Error('boom'), 'InternalError'],
  ])('breaks the connection, as %s', async (coding, error, reason) => {
    const members = new CountedMembers(50, { failAt: 30, error });
    await using service = await serve(members);
    const answer = await sendRaw(service.port, `${REQUEST}Accept-Encoding: ${coding}\r\n\r\n`);

    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toMatch(/transfer-encoding: chunked/i);
    expect(answer.endsWith('\r\n0\r\n\r\n')).toBe(false);
    expect(service.log.filter(({ level }) => level === 'error')).toMatchObject([
      { msg: 'answer was broken off in the middle', tenant: 'team-hr/acme', requestId: 'request-1' },
    ]);
    expect(await service.metrics('scim_tenant_failures_total')).toEqual([
      `scim_tenant_failures_total{namespace="team-hr",tenant="acme",reason="${reason}"} 1`,
    ]);
    await expect(
      fetch(`${service.client.baseUrl}/Groups/big`, { headers: { authorization: 'Bearer token' } }).then((response) => response.text()),
    ).rejects.toThrow('terminated');
  });

  test('answers 503 when nothing was sent yet', async () => {
    await using service = await serve(new CountedMembers(50, { failAt: 1 }));
    const { status, body, headers } = await service.client.send({ method: 'GET', path: '/Groups/big' });

    expect([status, body.status, headers.get('retry-after')]).toEqual([503, '503', '30']);
  });
});

test('a list of groups with many members each is one valid document', async () => {
  const members = [new CountedMembers(3), new CountedMembers(0), new CountedMembers(4)];
  await using service = await startScimService({
    groups: {
      find: async () => ({
        totalResults: 3,
        itemsPerPage: 3,
        startIndex: 1,
        nextCursor: null,
        previousCursor: null,
        resources: members.map((each, index) => ({ group: { ...GROUP, id: `group-${index}` }, members: each })),
      }),
    },
  });
  const { body } = await service.client.send({ method: 'GET', path: '/Groups' });

  expect(body.Resources.map((group: { id: string; members?: unknown[] }) => [group.id, group.members?.length])).toEqual([
    ['group-0', 3 * PAGE],
    ['group-1', undefined],
    ['group-2', 4 * PAGE],
  ]);
});

test('members in the store are read page by page and arrive in order', async () => {
  await using service = await startScimService();
  const ids = Array.from({ length: 4_500 }, (_, index) => `member-${String(index).padStart(6, '0')}`);
  for (const id of ids) await service.store.users.insert(aStoredUser({ id, resource: { userName: id } }));
  await service.store.groups.insert(
    GROUP,
    ids.map((id) => ({ id, type: 'User' })),
  );
  const read = service.store.memberships.members.bind(service.store.memberships);
  const limits: number[] = [];
  service.store.memberships.members = (tenant, groupId, options) => {
    limits.push(options.limit);
    return read(tenant, groupId, options);
  };
  const { body } = await service.client.send({ method: 'GET', path: '/Groups/big' });

  expect(body.members.map(({ value }: { value: string }) => value)).toEqual(ids);
  expect(limits).toEqual([PAGE, PAGE, PAGE, PAGE, PAGE]);
});
