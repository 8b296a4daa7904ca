import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { matchKey } from '#scim-service/domain/match-keys.ts';
import { openSqliteStore } from '#scim-service/persistence/sqlite/sqlite-store.ts';
import type { ScimStore } from '#scim-service/provisioning/scim-store.ts';
import { waitUntil } from '#test/support/wait-until.ts';
import { aStoredUser, type StoredUserOverrides } from '#test/support/a-user.ts';
import { aManifest, typeIn } from './a-terminal.ts';

const TENANT = 'team-hr/acme';
const SPEC = {
  attributeMapping: [
    { source: 'userName', target: 'login' },
    { source: 'emails[type eq "work"].value', target: 'contact.email' },
    { source: 'title', target: 'number' },
  ],
  matchExistingBy: ['contact.email', 'number'],
  newUserDefaults: [{ target: 'plan', value: 'basic' }],
};

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scim-cli-import-'));
  await writeFile(
    join(folder, 'tenant.yaml'),
    [aManifest('acme', SPEC), aManifest('unmatched', { ...SPEC, matchExistingBy: [] })].join('---\n'),
  );
});
beforeEach(() => {
  file = join(folder, `${randomUUID()}.sqlite`);
});
afterAll(() => rm(folder, { recursive: true }));

type Line = Readonly<Record<string, unknown>> | string;

interface Imported {
  readonly code: number;
  readonly counts: Readonly<Record<string, number>>;
  /** What is said of lines. */
  readonly told: readonly string[];
  readonly err: string;
}

async function importLines(lines: readonly Line[], args: readonly string[] = [], signal?: AbortSignal): Promise<Imported> {
  const input = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n');
  const typed = { folder, input, environment: { DATA_FILE: file }, ...(signal && { signal }) };
  const { code, out, err } = await typeIn(['import', TENANT, '-', '--file', 'tenant.yaml', ...args], typed);
  return { code, err, ...readReport(out) };
}

function readReport(out: string): Pick<Imported, 'counts' | 'told'> {
  const lines = out.trimEnd().split('\n').slice(1);
  const counted = lines.map((line) => /^ {2}([a-z ]+?) +([0-9]+)$/.exec(line)).filter((match) => match !== null);
  const names: Readonly<Record<string, string>> = { 'linked already': 'linked' };
  return {
    counts: Object.fromEntries(
      counted.map(([, name = '', count]) => [names[name] ?? name, Number(count)]).filter(([, count]) => count !== 0),
    ),
    told: lines.filter((line) => !line.startsWith('  ')),
  };
}

async function withStore<T>(act: (store: ScimStore) => Promise<T>): Promise<T> {
  using store = openSqliteStore({ file });
  return await act(store);
}

function found(target: string, value: string): Promise<unknown> {
  return withStore((store) => store.existing.findByKey(TENANT, matchKey(target, value) ?? '', 10));
}

function insert(overrides: StoredUserOverrides, options: { readonly retired?: boolean } = {}): Promise<void> {
  return withStore(async (store) => {
    const user = aStoredUser(overrides);
    await store.users.insert(user);
    const now = new Date();
    if (options.retired) await store.users.retire({ ...user, version: 2, lastModified: now, deletedAt: now }, 1);
  });
}

const ANN = { contact: { email: 'Ann@x.example' }, number: 1, legacy: { since: 2019 } };
const BOB = { contact: { email: 'bob@x.example' }, number: 2 };

test('people are created where the directory will find them, and a second import changes nothing', async () => {
  expect(await importLines([ANN, { id: 'bob-1', person: BOB }])).toEqual({ code: 0, counts: { created: 2 }, told: [], err: '' });
  expect(await found('contact.email', 'ANN@X.example')).toEqual([
    { kind: 'unlinked', id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/), person: ANN },
  ]);
  expect(await found('number', '2')).toEqual([{ kind: 'unlinked', id: 'bob-1', person: BOB }]);
  expect(await importLines([ANN, { id: 'bob-1', person: BOB }])).toEqual({ code: 0, counts: { unchanged: 2 }, told: [], err: '' });
});

test('a changed record replaces the one of before: of the same first match value in any case, or of the same id', async () => {
  await importLines([ANN, { id: 'bob-1', person: BOB }]);
  const ann = { ...ANN, contact: { email: 'ANN@x.example' }, number: 11 };
  const bob = { contact: { email: 'robert@x.example' } };
  expect(await importLines([ann, { id: 'bob-1', person: bob }])).toEqual({ code: 0, counts: { updated: 2 }, told: [], err: '' });
  expect(await found('number', '11')).toEqual([expect.objectContaining({ person: ann })]);
  expect(await found('contact.email', 'robert@x.example')).toEqual([expect.objectContaining({ id: 'bob-1', person: bob })]);
  expect(await found('number', '1')).toEqual([]);
});

describe('who is linked to the directory is left alone', () => {
  test.each<[string, StoredUserOverrides, { retired?: boolean }]>([
    ['by a match value', { person: { contact: { email: 'bob@X.example' } } }, {}],
    ['by the second match value', { person: { contact: { email: 'other@x.example' }, number: '2' } }, {}],
    ['by the id', { id: 'bob-1', person: { login: 'b' } }, {}],
    ['by the id, of another tenant', { id: 'bob-1', tenant: 'team-hr/other' }, {}],
    ['by a match value, deleted in the directory', { person: { number: 2 } }, { retired: true }],
    ['by the id, deleted in the directory', { id: 'bob-1', person: { login: 'b' } }, { retired: true }],
  ])('%s', async (_, user, options) => {
    await insert(user, options);
    expect(await importLines([ANN, { id: 'bob-1', person: BOB }])).toEqual({
      code: 0,
      counts: { created: 1, linked: 1 },
      told: [],
      err: '',
    });
    expect((await found('contact.email', 'bob@x.example')) as unknown[]).toEqual([]);
  });

  test('but by what a template gave them nobody is known', async () => {
    await insert({ person: { login: 'b', number: 2 }, defaults: { number: 2 } });
    expect((await importLines([BOB])).counts).toEqual({ created: 1 });
  });

  test('as somebody of another tenant who has the same values is nobody here', async () => {
    await insert({ tenant: 'team-hr/other', person: BOB });
    expect((await importLines([BOB])).counts).toEqual({ created: 1 });
  });
});

test("good lines are done and bad ones told by their numbers, without anybody's data", async () => {
  const result = await importLines([
    ANN,
    '{"contact":{"email":"broken@x.example"',
    '',
    { contact: { email: 'twin@x.example' }, number: 3 },
    { contact: { email: 'TWIN@x.example' }, number: 4 },
    { id: 'one', person: { number: 5 } },
    { id: 'one', person: { number: 6 } },
    { contact: { phone: '0' } },
    { id: 'not an id', person: BOB },
    BOB,
  ]);
  expect(result).toEqual({
    code: 1,
    counts: { created: 2, refused: 7 },
    told: [
      'line 2 is not JSON; write one object on each line',
      'line 4 has the same value of "contact.email" as line 5',
      'line 5 has the same value of "contact.email" as line 4',
      'line 6 has the same id as line 7',
      'line 7 has the same id as line 6',
      'line 8 has neither an "id" nor a value of "contact.email", "number"',
      'line 9 has an "id" that can\'t be one; write a text of 1 to 128 letters, digits, ".", "_", "~" and "-", such as a UUID',
    ],
    err: '',
  });
  expect(await found('contact.email', 'twin@x.example')).toEqual([]);
});

test('a line with a match value of another who was brought before is refused: the directory could not tell them apart', async () => {
  await importLines([{ id: 'bob-1', person: BOB }]);
  expect(await importLines([{ contact: { email: 'robert@x.example' }, number: 2 }])).toEqual({
    code: 1,
    counts: { refused: 1 },
    told: ['line 1 has the "number" of another person who was brought before; that one\'s id is "bob-1"'],
    err: '',
  });
});

test('--dry-run writes nothing and counts as the import would', async () => {
  expect(await importLines([ANN], ['--dry-run'])).toEqual({ code: 0, counts: { created: 1 }, told: [], err: '' });
  expect(existsSync(file)).toBe(false);
  await insert({ person: { contact: { email: 'cleo@x.example' } } });
  await importLines([ANN, BOB]);
  const next = [ANN, { ...BOB, plan: 'gold' }, { contact: { email: 'cleo@x.example' } }, { contact: { email: 'dan@x.example' } }];
  const dry = await importLines(next, ['--dry-run']);
  expect(dry.counts).toEqual({ created: 1, updated: 1, unchanged: 1, linked: 1 });
  expect(await found('contact.email', 'dan@x.example')).toEqual([]);
  expect(await importLines(next)).toEqual(dry);
});

test('an import that is interrupted says so, and repeated comes to the same end', async () => {
  const lines = Array.from({ length: 200 }, (_, index) => ({ number: index, contact: { email: `p${index}@x.example` } }));
  const stop = new AbortController();
  // Interrupted while it is at work: the signal is looked at before each line.
  let asked = 0;
  const signal = new Proxy(stop.signal, {
    get(target, name) {
      if (name === 'aborted' && ++asked === 100) stop.abort();
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const first = await importLines(lines, [], signal);
  expect(first).toEqual({
    code: 2,
    counts: { created: expect.any(Number) },
    told: ['It did not come to the end; repeat it, what is done already stays as it is.'],
    err: 'tenant: it was interrupted\n',
  });
  const done = first.counts['created'] ?? 0;
  expect(done).toBeGreaterThan(0);
  expect(done).toBeLessThan(200);
  expect((await importLines(lines)).counts).toEqual({ created: 200 - done, unchanged: done });
  expect((await importLines(lines)).counts).toEqual({ unchanged: 200 });
});

test('another process may write to the same file meanwhile', async () => {
  using other = openSqliteStore({ file });
  const lines = Array.from({ length: 300 }, (_, index) => ({ number: index }));
  const importing = importLines(lines);
  let written = 0;
  for (let busy = true; busy; written += 1) {
    await other.users.insert(aStoredUser({ resource: { userName: `writer${written}` } }));
    busy = await Promise.race([importing.then(() => false), new Promise<boolean>((resolve) => setImmediate(() => resolve(true)))]);
  }
  expect((await importing).counts).toEqual({ created: 300 });
  expect(written).toBeGreaterThan(1);
});

describe('an import that can not be', () => {
  test.each<[string, readonly string[], Readonly<Record<string, string>>, number, string]>([
    [
      'without matchExistingBy',
      ['team-hr/unmatched', '-'],
      {},
      1,
      'tenant: team-hr/unmatched has no matchExistingBy, so the directory would find none of these people and make each of them anew\n' +
        'name the targets by which they are found, for example: matchExistingBy: [email]\n',
    ],
    ['of no file', [TENANT, 'none.ndjson'], {}, 2, 'tenant: none.ndjson: there is no such file\n'],
    ['of a folder', [TENANT, '.'], {}, 2, 'tenant: . is a folder; name a file with one JSON object on each line\n'],
    [
      'into two stores',
      [TENANT, '-'],
      { MONGODB_URI: 'mongodb://127.0.0.1/scim', DATA_FILE: 'x' },
      2,
      'tenant: the environment is not usable:\n  - DATA_FILE and MONGODB_URI are both set: people are kept in one of them, unset the other\n',
    ],
  ])('%s', async (_, args, environment, code, err) => {
    expect(await typeIn(['import', ...args, '--file', 'tenant.yaml'], { folder, environment })).toEqual({ code, out: '', err });
  });

  test('into a file of another program', async () => {
    await writeFile(file, 'something else that is longer than a header of SQLite'.repeat(100));
    expect(await importLines([ANN])).toEqual({
      code: 2,
      counts: {},
      told: [],
      err: expect.stringMatching(/^tenant: the store's file .*not an SQLite database/),
    });
  });
});

test('a file and a pipe are read as standard input is, and nothing is left in the folder of temporary files', async () => {
  const path = join(folder, 'people.ndjson');
  const pipe = join(folder, 'pipe');
  await writeFile(path, `${JSON.stringify(ANN)}\n${JSON.stringify(BOB)}\n`);
  execFileSync('sh', ['-c', 'mkfifo "$0"', pipe]);
  const environment = { DATA_FILE: file };
  const args = (name: string) => ['import', TENANT, name, '--file', 'tenant.yaml'];
  expect(readReport((await typeIn(args('people.ndjson'), { folder, environment })).out).counts).toEqual({ created: 2 });
  const [piped] = await Promise.all([typeIn(args('pipe'), { folder, environment }), writeFile(pipe, `${JSON.stringify(ANN)}\n`)]);
  expect(readReport(piped.out).counts).toEqual({ unchanged: 1 });
  // Another suite's copy has its folder for the moment in which its file gets its name taken away.
  const left = async (): Promise<true | null> => ((await readdir(tmpdir())).some((name) => name.startsWith('scim-import-')) ? null : true);
  expect(await waitUntil(left, { what: 'no copy of an import' })).toBe(true);
});
