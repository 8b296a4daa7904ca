import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { chmod, mkdtemp, readdir, readFile, rename, rm, stat, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { pino } from 'pino';
import { stringify } from 'yaml';
import { tenantKey, type TenantKey } from '#common/tenant-key.ts';
import { BREAKER_FIELD_MANAGER, isInvalidSpec, type ScimTenant } from '#operator/api/scim-tenant.ts';
import { SecretUnreadableError } from '#operator/controller/secret-unreadable-error.ts';
import { DirectoryCluster } from '#standalone/directory-cluster/directory-cluster.ts';
import { describeCluster } from '#test/contracts/cluster-contract.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';
import { waitUntil } from '#test/support/wait-until.ts';

const SETTLE = { settleMs: 30, pollMs: 200 };

describeCluster('DirectoryCluster', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'scim-directory-'));
  const cluster = await DirectoryCluster.open({ folder, logger: pino({ level: 'silent' }), ...SETTLE });
  const path = (name: string): string => join(folder, name);
  return {
    cluster,
    putTenant: (manifest) => writeFile(path(`${manifest.metadata.namespace}.${manifest.metadata.name}.yaml`), stringify(manifest)),
    async deleteTenant(key) {
      await unlink(path(`${key.replace('/', '.')}.yaml`));
      const isGone = async () => (await cluster.tenant(key))?.deletionRequestedAt !== null;
      await waitUntil(isGone, { what: `the end of ${key}` });
    },
    putSecret: (namespace, name, data) =>
      writeFile(
        path(`${namespace}.secret.${name}.yml`),
        stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData: data }),
      ),
    async deleteSecret(namespace, name) {
      await unlink(path(`${namespace}.secret.${name}.yml`));
    },
    close: () => rm(folder, { recursive: true }),
  };
});

const ACME: TenantKey = 'team-hr/acme';

const ACME_YAML = `\
# Acme's people
apiVersion: scim-operator.dev/v1alpha1
kind: ScimTenant
metadata: { name: acme, namespace: team-hr }   # as in the contract
spec:
  displayName: 'Acme Corp'
  enabled:   true    # switched on in May

  tokenSecretRef: {name: scim-token}
  attributeMapping:
      # who they are
      - {source: userName, target: login}
`;

const SECRET_YAML = `\
apiVersion: v1
kind: Secret
metadata: { name: scim-token, namespace: team-hr }
data: { token: ${Buffer.from('a-token-of-more-than-24-characters').toString('base64')} }
`;

let folder: string;
let lines: Record<string, unknown>[];
let stop: AbortController;
let running: Promise<void>[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scim-directory-'));
  lines = [];
  stop = new AbortController();
  running = [];
});

afterEach(async () => {
  stop.abort();
  await Promise.all(running);
  await rm(folder, { recursive: true, force: true });
});

async function put(file: string, text: string): Promise<void> {
  await writeFile(join(folder, file), text);
}

function read(file: string): Promise<string> {
  return readFile(join(folder, file), 'utf8');
}

async function open(options: { feed?: boolean } = {}): Promise<DirectoryCluster & { reported: TenantKey[] }> {
  const output = new PassThrough();
  output.on('data', (chunk: Buffer) => {
    for (const line of chunk.toString('utf8').trim().split('\n')) lines.push(JSON.parse(line) as Record<string, unknown>);
  });
  const cluster = await DirectoryCluster.open({ folder, logger: pino(output), ...SETTLE });
  const reported: TenantKey[] = [];
  if (options.feed !== false) {
    running.push(cluster.run((key) => reported.push(key), stop.signal));
    await cluster.synced();
  }
  return Object.assign(cluster, { reported });
}

async function acme(cluster: DirectoryCluster): Promise<ScimTenant> {
  return waitUntil(() => cluster.tenant(ACME), { what: ACME });
}

function displayNameOf({ spec }: ScimTenant): string | undefined {
  return isInvalidSpec(spec) ? undefined : spec.displayName;
}

function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 300));
}

describe('reading a folder', () => {
  test('takes several documents of one file, and the namespace default where none is written', async () => {
    const other = ACME_YAML.replace('acme, namespace: team-hr', 'other');
    await put('all.yaml', `${ACME_YAML}---\n${SECRET_YAML}---\n---\n${other}`);
    const cluster = await open();
    expect((await cluster.tenantKeys()).toSorted()).toEqual(['default/other', ACME]);
    expect(await cluster.tokenSecret('team-hr', 'scim-token')).toEqual({
      data: { token: 'a-token-of-more-than-24-characters' },
      generated: false,
      madeFor: null,
      immutable: false,
      rotateAt: null,
      version: expect.any(String),
    });
  });

  test('ignores other kinds with one line in the log, and other files without a word', async () => {
    await put('acme.yaml', `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: x }\n---\n${ACME_YAML}`);
    await put('notes.txt', 'kind: nothing');
    await put('.acme.yaml.swp', 'kind: [');
    const cluster = await open();
    expect(await cluster.tenantKeys()).toEqual([ACME]);
    await settled();
    expect(lines.map(({ msg, file, line, kind }) => ({ msg, file, line, kind }))).toEqual([
      { msg: 'document ignored; only ScimTenants and Secrets are read', file: 'acme.yaml', line: 1, kind: 'v1 ConfigMap' },
    ]);
  });

  test('tells a broken spec with its paths, and leaves it to the operator to say so', async () => {
    await put('acme.yaml', ACME_YAML.replace('target: login', 'target: log-in').replace('displayName:', 'displayname:'));
    const cluster = await open();
    expect((await acme(cluster)).spec).toEqual({
      problems: [
        'spec.attributeMapping[0].target: write a field of your record such as email or contact.email',
        'spec.displayname: no such field in this version of the operator; look for a spelling mistake',
      ],
    });
  });

  test('reads annotations as text, whatever they look like', async () => {
    await put('acme.yaml', ACME_YAML.replace('{ name: acme,', '{ name: acme, annotations: { scim-operator.dev/reset-at: 5, on: true },'));
    const cluster = await open();
    expect((await acme(cluster)).annotations).toEqual({ 'scim-operator.dev/reset-at': '5', on: 'true' });
  });

  test('makes the folder, and a state folder that nobody else reads', async () => {
    folder = join(folder, 'data', 'tenants');
    const cluster = await open({ feed: false });
    expect(await cluster.tenantKeys()).toEqual([]);
    expect((await stat(join(folder, '.state'))).mode & 0o777).toBe(0o700);
    await put('acme.yaml', ACME_YAML);
    await open({ feed: false });
    expect((await stat(join(folder, '.state/team-hr.acme.json'))).mode & 0o777).toBe(0o600);
  });
});

describe('a file that breaks', () => {
  test('is reported with line and reason, and what it said last stays in force until it is mended', async () => {
    await put('acme.yaml', ACME_YAML);
    const cluster = await open();
    const before = await acme(cluster);
    await put('acme.yaml', ACME_YAML.replace('{source: userName', '{source: [userName'));
    const report = await waitUntil(() => lines.find(({ level }) => level === 50), { what: 'a report' });
    expect(report).toMatchObject({ file: 'acme.yaml', line: 12, msg: 'file of tenants not usable; its last good content stays in force' });
    expect(report['problem']).not.toBe('');
    expect(await cluster.tenant(ACME)).toEqual(before);
    await settled();
    expect(lines.filter(({ level, line }) => level === 50 && line === 12)).toHaveLength(1);

    await put('acme.yaml', ACME_YAML.replace('Acme Corp', 'Acme Inc'));
    await waitUntil(async () => displayNameOf(await acme(cluster)) === 'Acme Inc', { what: 'the mended file' });
    expect((await acme(cluster)).uid).toBe(before.uid);
  });

  test('keeps its tenants over a restart', async () => {
    await put('acme.yaml', ACME_YAML);
    const before = await acme(await open({ feed: false }));
    await put('acme.yaml', 'kind: {');
    expect(await acme(await open({ feed: false }))).toEqual(before);
  });

  test('brings a run for the tenants of its Secret when it breaks and when it is mended', async () => {
    await put('acme.yaml', ACME_YAML);
    await put('secret.yaml', SECRET_YAML);
    const cluster = await open();
    cluster.reported.length = 0;
    await put('secret.yaml', 'stringData: {');
    await waitUntil(() => cluster.reported.includes(ACME), { what: 'the report of the tenant' });
    await expect(cluster.tokenSecret('team-hr', 'scim-token')).rejects.toThrow(SecretUnreadableError);
    cluster.reported.length = 0;
    await put('secret.yaml', SECRET_YAML);
    await waitUntil(() => cluster.reported.includes(ACME), { what: 'the report of the tenant' });
  });

  test('never makes a Secret look gone', async () => {
    await put('acme.yaml', ACME_YAML);
    await put('secret.yaml', SECRET_YAML);
    const cluster = await open();
    await put('secret.yaml', 'stringData: { token: "never-to-be-logged');
    await waitUntil(() => lines.find(({ level }) => level === 50), { what: 'a report' });
    await expect(cluster.tokenSecret('team-hr', 'scim-token')).rejects.toThrow(/can't be read while secret\.yaml is not readable/);
    const restarted = await open({ feed: false });
    await expect(restarted.tokenSecret('team-hr', 'scim-token')).rejects.toThrow(
      /Secret team-hr\/scim-token is not known, and a file that may hold it can't be read: secret\.yaml line 1: /,
    );
    await expect(restarted.createTokenSecret(await acme(restarted), { name: 'scim-token', key: 'token', token: 'x' })).rejects.toThrow(
      /is not made, and a file that may hold it can't be read/,
    );
    expect(JSON.stringify(lines)).not.toContain('never-to-be-logged');
  });

  test.each<[string, string, number, RegExp]>([
    ['no map at all', '- a\n- b\n', 1, /the document is not an object/],
    ['no kind', 'metadata: {}\n', 1, /apiVersion: is missing/],
    [
      'another version',
      ACME_YAML.replace('v1alpha1', 'v2'),
      2,
      /apiVersion "scim-operator.dev\/v2" is not known; write scim-operator.dev\/v1alpha1/,
    ],
    ['no name', ACME_YAML.replace('name: acme, ', ''), 2, /metadata\.name: is missing or no text/],
    ['a name that leads elsewhere', ACME_YAML.replace('name: acme', 'name: ../../acme'), 2, /metadata\.name: write lower-case letters/],
    ['a namespace that leads elsewhere', ACME_YAML.replace('team-hr', '..'), 2, /metadata\.namespace: write lower-case letters/],
    ['a name too long', ACME_YAML.replace('name: acme', `name: ${'a'.repeat(64)}`), 2, /metadata\.name: write at most 63 characters/],
    ['a Secret that is not base64', SECRET_YAML.replace(/token: .*}/, 'token: "plain text" }'), 1, /data\.token: is not base64/],
    ['a Secret with a number', SECRET_YAML.replace(/^data: .*/m, 'stringData: { token: 12345 }'), 1, /stringData\.token: is not a text/],
    ['a field twice', ACME_YAML.replace('  tokenSecretRef', '  displayName: x\n  tokenSecretRef'), 9, /unique/],
    ['an alias that leads nowhere', ACME_YAML.replace('{name: scim-token}', '*nowhere'), 2, /nowhere/],
    ['an alias that would fill the memory', bomb(), 1, /Excessive alias count/],
  ])('is told from a good one: %s', async (_name, text, line, message) => {
    await put('broken.yaml', text);
    await put('good.yaml', ACME_YAML.replace('name: acme', 'name: good'));
    const cluster = await open({ feed: false });
    expect(await cluster.tenantKeys()).toEqual(['team-hr/good']);
    const report = lines.find(({ level }) => level === 50);
    expect(report).toMatchObject({ file: 'broken.yaml', line, problem: expect.stringMatching(message) });
  });
});

describe('two documents of one name', () => {
  test('the first file counts, the other is reported, and takes over once the first has gone', async () => {
    await put('a.yaml', ACME_YAML.replace('Acme Corp', 'first'));
    await put('b.yaml', ACME_YAML.replace('Acme Corp', 'second'));
    const cluster = await open();
    const before = await acme(cluster);
    expect(displayNameOf(before)).toBe('first');
    expect(lines.filter(({ level }) => level === 50)).toMatchObject([
      { conflict: 'ScimTenant team-hr/acme in b.yaml is not in force: a.yaml has it already' },
    ]);
    await unlink(join(folder, 'a.yaml'));
    await waitUntil(async () => displayNameOf(await acme(cluster)) === 'second', { what: 'the second' });
    expect(await acme(cluster)).toMatchObject({ uid: before.uid, generation: before.generation + 1 });
  });
});

describe('changes on disk', () => {
  test('a file that is moved, or replaced by an editor in several steps, stays the same tenant', async () => {
    await put('acme.yaml', ACME_YAML);
    const cluster = await open();
    const { uid } = await acme(cluster);
    const seen: unknown[] = [];
    const watching = setInterval(() => void cluster.tenant(ACME).then((tenant) => seen.push(tenant?.uid)), 1);
    for (const round of [1, 2, 3]) {
      await rename(join(folder, 'acme.yaml'), join(folder, 'acme.yaml~'));
      await put('acme.yaml', '');
      await put('acme.yaml', ACME_YAML.replace('Acme Corp', `round ${round}`).slice(0, 150));
      await put('acme.yaml', ACME_YAML.replace('Acme Corp', `round ${round}`));
      await waitUntil(async () => displayNameOf(await acme(cluster)) === `round ${round}`, { what: 'the change' });
    }
    await rename(join(folder, 'acme.yaml'), join(folder, 'moved.yaml'));
    await settled();
    clearInterval(watching);
    expect(new Set(seen)).toEqual(new Set([uid]));
    expect(lines.filter(({ level }) => level === 50)).toEqual([]);
    await cluster.mirrorDisabled({ namespace: 'team-hr', name: 'acme' }, true);
    expect(await read('moved.yaml')).toContain('enabled:   false    # switched on in May');
  });

  test('a comment or another order changes no generation and is not reported', async () => {
    await put('acme.yaml', ACME_YAML);
    const cluster = await open();
    const before = await acme(cluster);
    cluster.reported.length = 0;
    await put(
      'acme.yaml',
      `# new comment\n${ACME_YAML.replace('  enabled:   true', '  rateLimit: {}\n  enabled: yes'.replace('yes', 'true'))}`,
    );
    await settled();
    expect(await cluster.tenant(ACME)).toEqual(before);
    expect(cluster.reported).toEqual([]);
  });

  test('while nobody runs are found at the next start: a change, a new tenant, and one that has gone', async () => {
    await put('acme.yaml', ACME_YAML);
    await put('gone.yaml', ACME_YAML.replace('name: acme', 'name: gone'));
    const first = await open({ feed: false });
    const before = await acme(first);
    await first.applyDerivedConfig(aTenantConfig({ name: 'gone' }));
    await put('acme.yaml', ACME_YAML.replace('Acme Corp', 'Acme Inc'));
    await put('new.yaml', ACME_YAML.replace('name: acme', 'name: new'));
    await unlink(join(folder, 'gone.yaml'));

    const second = await open();
    expect(await acme(second)).toMatchObject({ uid: before.uid, generation: 2 });
    expect((await second.tenantKeys()).toSorted()).toEqual([ACME, 'team-hr/new']);
    expect(second.reported.toSorted()).toEqual([ACME, 'team-hr/new']);
    expect(await second.derivedConfigKeys()).toEqual(['team-hr/gone']);
    await second.deleteDerivedConfig('team-hr/gone');
    expect(await readdir(join(folder, '.state'))).not.toContain('team-hr.gone.json');
  });

  test('nothing is lost when the folder can not be read for a while', async () => {
    await put('acme.yaml', ACME_YAML);
    const cluster = await open();
    const before = await acme(cluster);
    await rename(folder, `${folder}.away`);
    await waitUntil(() => lines.find(({ msg }) => msg === 'folder of tenants not read; what it said last stays in force'), {
      what: 'a report',
    });
    expect(await cluster.tenant(ACME)).toEqual(before);
    await rename(`${folder}.away`, folder);
    await settled();
    await put('acme.yaml', ACME_YAML.replace('Acme Corp', 'Acme Inc'));
    await waitUntil(async () => displayNameOf(await acme(cluster)) === 'Acme Inc', { what: 'the change' });
  });
});

describe('the mirror', () => {
  test('writes false into the file, leaves every other character, and stands over a restart', async () => {
    await put('acme.yaml', ACME_YAML);
    await chmod(join(folder, 'acme.yaml'), 0o640);
    const cluster = await open({ feed: false });
    await cluster.mirrorDisabled({ namespace: 'team-hr', name: 'acme' }, true);
    expect(await read('acme.yaml')).toBe(ACME_YAML.replace('enabled:   true ', 'enabled:   false '));
    expect((await stat(join(folder, 'acme.yaml'))).mode & 0o777).toBe(0o640);
    const restarted = await open({ feed: false });
    expect((await acme(restarted)).enabledOwners).toEqual([BREAKER_FIELD_MANAGER]);

    await restarted.mirrorDisabled({ namespace: 'team-hr', name: 'acme' }, false);
    expect(await read('acme.yaml')).toBe(ACME_YAML);
    expect(await acme(restarted)).toMatchObject({ generation: 3, enabledOwners: ['file'] });
  });

  test('ends when a person switches on, so a later false is that person’s', async () => {
    await put('acme.yaml', ACME_YAML);
    const cluster = await open({ feed: false });
    await cluster.mirrorDisabled({ namespace: 'team-hr', name: 'acme' }, true);
    await put('acme.yaml', ACME_YAML);
    expect((await acme(await open({ feed: false }))).enabledOwners).toEqual(['file']);
    await put('acme.yaml', ACME_YAML.replace('true ', 'false '));
    const later = await open({ feed: false });
    expect((await acme(later)).enabledOwners).toEqual(['file']);
    await later.mirrorDisabled({ namespace: 'team-hr', name: 'acme' }, false);
    expect(await read('acme.yaml')).toContain('enabled:   false');
  });

  test('leaves alone what a person switched off already', async () => {
    const off = ACME_YAML.replace('true ', 'false ');
    await put('acme.yaml', off);
    const cluster = await open({ feed: false });
    await cluster.mirrorDisabled({ namespace: 'team-hr', name: 'acme' }, true);
    expect(await acme(cluster)).toMatchObject({ generation: 1, enabledOwners: ['file'] });
    await cluster.mirrorDisabled({ namespace: 'team-hr', name: 'acme' }, false);
    expect(await read('acme.yaml')).toBe(off);
  });

  test('counts as written by us even when the process died right after the file was written', async () => {
    await put('acme.yaml', ACME_YAML);
    await (await open({ feed: false })).mirrorDisabled({ namespace: 'team-hr', name: 'acme' }, true);
    // The record as it was before the file was read again: `mirrored` is noted first.
    const record = JSON.parse(await read('.state/team-hr.acme.json')) as { tenant: { generation: number; spec: { enabled: boolean } } };
    record.tenant.generation = 1;
    record.tenant.spec.enabled = true;
    await put('.state/team-hr.acme.json', JSON.stringify(record));
    expect(await acme(await open({ feed: false }))).toMatchObject({ generation: 2, enabledOwners: [BREAKER_FIELD_MANAGER] });
  });

  test('reaches the file behind a link, and the link stays', async () => {
    await writeFile(`${folder}.target`, ACME_YAML);
    await symlink(`${folder}.target`, join(folder, 'acme.yaml'));
    const cluster = await open({ feed: false });
    await cluster.mirrorDisabled({ namespace: 'team-hr', name: 'acme' }, true);
    expect(await readFile(`${folder}.target`, 'utf8')).toContain('enabled:   false');
    expect(await read('acme.yaml')).toContain('enabled:   false');
    await rm(`${folder}.target`);
  });

  test('says so when the file does not let itself be read, and changes nothing', async () => {
    await put('acme.yaml', ACME_YAML);
    const cluster = await open({ feed: false });
    await put('acme.yaml', 'kind: {');
    await expect(cluster.mirrorDisabled({ namespace: 'team-hr', name: 'acme' }, true)).rejects.toThrow(/ScimTenant team-hr\/acme/);
    expect(await read('acme.yaml')).toBe('kind: {');
    expect((await acme(cluster)).enabledOwners).toEqual(['file']);
  });
});

describe('writes of the operator', () => {
  test('a token Secret is a file for the owner alone, under a name that tells what it is', async () => {
    await put('acme.yaml', ACME_YAML);
    const cluster = await open({ feed: false });
    await cluster.createTokenSecret(await acme(cluster), { name: 'scim-token', key: 'token', token: 'secret-token' });
    expect((await stat(join(folder, 'team-hr.scim-token.yaml'))).mode & 0o777).toBe(0o600);
    expect(await read('team-hr.scim-token.yaml')).toBe(`\
# The token of the ScimTenant team-hr/acme, to be pasted into the directory. A new one written here takes effect
# without a restart; the old one is still accepted for tokenPolicy.overlap.

apiVersion: v1
kind: Secret
metadata:
  name: scim-token
  namespace: team-hr
  labels:
    app.kubernetes.io/managed-by: scim-operator
    scim-operator.dev/tenant: acme
type: Opaque
stringData:
  token: secret-token
`);
    expect(await cluster.tokenSecret('team-hr', 'scim-token')).toMatchObject({
      data: { token: 'secret-token' },
      generated: true,
      madeFor: 'acme',
    });
  });

  test('a token Secret never replaces a file of that name', async () => {
    await put('acme.yaml', ACME_YAML);
    await put('team-hr.scim-token.yaml', '# to be written\n');
    const cluster = await open({ feed: false });
    await expect(cluster.createTokenSecret(await acme(cluster), { name: 'scim-token', key: 'token', token: 'x' })).rejects.toThrow(
      'team-hr.scim-token.yaml exists and holds no Secret team-hr/scim-token; rename it',
    );
    expect(await read('team-hr.scim-token.yaml')).toBe('# to be written\n');
  });

  test('a token Secret of before there was a mark of its tenant is rewritten in place, for the owner alone', async () => {
    await put('acme.yaml', ACME_YAML);
    const labels = 'labels: { app.kubernetes.io/managed-by: scim-operator }';
    await put('kept.yaml', `# mine\n${SECRET_YAML.replace('namespace: team-hr }', `namespace: team-hr, ${labels} }`)}`);
    await chmod(join(folder, 'kept.yaml'), 0o600);
    const cluster = await open({ feed: false });
    const before = (await cluster.tokenSecret('team-hr', 'scim-token'))!;
    expect(before).toMatchObject({ generated: true, madeFor: null });
    await cluster.rotateTokenSecret(await acme(cluster), { name: 'scim-token', key: 'token', token: 'new', version: before.version });
    expect(await read('kept.yaml')).toMatch(/^# mine\n[^]*stringData:\n {2}token: new\n$/);
    expect((await stat(join(folder, 'kept.yaml'))).mode & 0o777).toBe(0o600);
    expect((await cluster.tokenSecret('team-hr', 'scim-token'))?.data).toEqual({ token: 'new' });
  });

  test('an immutable Secret is known as such', async () => {
    await put('secret.yaml', `${SECRET_YAML}immutable: true\n`);
    expect(await (await open()).tokenSecret('team-hr', 'scim-token')).toMatchObject({ immutable: true });
  });

  test('no token stays in the state files', async () => {
    await put('acme.yaml', ACME_YAML);
    await put('secret.yaml', SECRET_YAML);
    const cluster = await open({ feed: false });
    await cluster.tokenSecret('team-hr', 'scim-token');
    for (const file of await readdir(join(folder, '.state'))) expect(await read(`.state/${file}`)).not.toMatch(/a-token-of|YS10b2tlbi/);
  });

  test('an event goes to the log', async () => {
    await put('acme.yaml', ACME_YAML);
    const cluster = await open({ feed: false });
    await cluster.recordEvent(await acme(cluster), { type: 'Warning', reason: 'BreakerOpened', message: '60 of 100 requests failed' });
    expect(lines.at(-1)).toMatchObject({
      level: 40,
      tenant: ACME,
      reason: 'BreakerOpened',
      event: '60 of 100 requests failed',
      msg: 'event',
    });
  });

  test('a state file that can not be read is set aside, and its tenant starts as a new one', async () => {
    await put('acme.yaml', ACME_YAML);
    const { uid } = await acme(await open({ feed: false }));
    await put('.state/team-hr.acme.json', '{ "version": 1,');
    const cluster = await open({ feed: false });
    expect((await acme(cluster)).uid).not.toBe(uid);
    expect(lines.find(({ level }) => level === 50)).toMatchObject({
      msg: 'state of a tenant not usable; set aside, the tenant starts as a new one',
    });
    expect(await read('.state/team-hr.acme.json.unusable')).toBe('{ "version": 1,');
  });

  test('a status that an older version wrote is read, with what that one did not know left empty', async () => {
    await put('acme.yaml', ACME_YAML);
    const { uid } = await acme(await open({ feed: false }));
    const state = JSON.parse(await read('.state/team-hr.acme.json'));
    state.tenant.status = { observedGeneration: 1, sync: { users: 7 }, breaker: { state: 'Open', trips: 2 } };
    await put('.state/team-hr.acme.json', JSON.stringify(state));
    const { status, ...tenant } = await acme(await open({ feed: false }));
    expect(tenant.uid).toBe(uid);
    expect(status).toMatchObject({
      observedGeneration: 1,
      sync: { users: 7, recentFailures: [], ignoredAttributes: [], reprojection: null },
      breaker: { state: 'Open', trips: 2, cause: 'Failures', wave: null },
    });
  });

  test('what a crash left half written is removed, and never read', async () => {
    await put('.scim-operator-acme.yaml.012345', ACME_YAML);
    await open({ feed: false });
    expect(await readdir(folder)).toEqual(['.state']);
  });

  test('many at once neither lose nor mix anything', async () => {
    for (let index = 0; index < 20; index += 1) await put(`${index}.yaml`, ACME_YAML.replace('name: acme', `name: t${index}`));
    const cluster = await open();
    const names = Array.from({ length: 20 }, (_, index) => ({ namespace: 'team-hr', name: `t${index}` }));
    await Promise.all(
      names.flatMap((name) => [
        cluster.mirrorDisabled(name, true),
        cluster.applyDerivedConfig(aTenantConfig(name)),
        cluster.applyDerivedConfig(aTenantConfig({ ...name, generation: 2 })),
      ]),
    );
    const again = await open({ feed: false });
    for (const name of names) {
      expect(await again.tenant(tenantKey(name))).toMatchObject({ generation: 2, enabledOwners: [BREAKER_FIELD_MANAGER] });
      expect(await again.derivedConfig(tenantKey(name))).toEqual(aTenantConfig({ ...name, generation: 2 }));
    }
  });
});

/** Nine levels of nine aliases each: 387 million texts. */
function bomb(): string {
  const levels = Array.from({ length: 9 }, (_, level) => {
    const entry = level === 0 ? '"lol"' : `*l${level - 1}`;
    return `l${level}: &l${level} [${Array.from({ length: 9 }, () => entry).join(', ')}]`;
  });
  return `${levels.join('\n')}\n`;
}

describe('a tenant with tenantDeletion: Delete', () => {
  const DELETE_YAML = ACME_YAML.replace('spec:', 'spec:\n  tenantDeletion: Delete');

  async function heldAndRemoved(): Promise<DirectoryCluster & { reported: TenantKey[] }> {
    await put('acme.yaml', DELETE_YAML);
    const cluster = await open();
    await cluster.holdTenant(await acme(cluster));
    await cluster.applyDerivedConfig(aTenantConfig());
    await unlink(join(folder, 'acme.yaml'));
    await waitUntil(async () => (await cluster.tenant(ACME))?.deletionRequestedAt != null, { what: 'the deletion' });
    return cluster;
  }

  test('is still being deleted after a restart, since the same time', async () => {
    const before = (await (await heldAndRemoved()).tenant(ACME))!;
    stop.abort();
    await Promise.all(running);
    const again = await open({ feed: false });
    expect(await again.tenant(ACME)).toEqual(before);
    expect(await again.tenantKeys()).toEqual([ACME]);
  });

  test('whose file went while nobody ran is being deleted from the next start on', async () => {
    await put('acme.yaml', DELETE_YAML);
    const first = await open();
    await first.holdTenant(await acme(first));
    stop.abort();
    await Promise.all(running);
    await unlink(join(folder, 'acme.yaml'));
    expect(await (await open({ feed: false })).tenant(ACME)).toMatchObject({ held: true, deletionRequestedAt: expect.any(String) });
  });

  test('whose file comes back is deleted first, and a new one after that', async () => {
    const cluster = await heldAndRemoved();
    const old = (await cluster.tenant(ACME))!;
    await put('acme.yaml', DELETE_YAML.replace('Acme Corp', 'Acme anew'));
    await waitUntil(async () => displayNameOf(await acme(cluster)) === 'Acme anew', { what: 'the file that came back' });
    expect(await cluster.tenant(ACME)).toMatchObject({ uid: old.uid, deletionRequestedAt: old.deletionRequestedAt });

    await cluster.deleteDerivedConfig(ACME);
    cluster.reported.length = 0;
    await cluster.releaseTenant(old);
    expect(cluster.reported).toContain(ACME);
    const next = (await cluster.tenant(ACME))!;
    expect(next).toMatchObject({ generation: 1, held: false, deletionRequestedAt: null, status: null });
    expect(next.uid).not.toBe(old.uid);
  });

  test('stays as it is while its file can not be read', async () => {
    await put('acme.yaml', DELETE_YAML);
    const cluster = await open();
    await cluster.holdTenant(await acme(cluster));
    await put('acme.yaml', 'kind: [');
    await settled();
    expect(await cluster.tenant(ACME)).toMatchObject({ held: true, deletionRequestedAt: null });
  });
});
