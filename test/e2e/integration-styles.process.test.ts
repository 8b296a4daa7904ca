import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { StoredUser } from '#scim-service/domain/stored-user.ts';
import { openSqliteStore } from '#scim-service/persistence/sqlite/sqlite-store.ts';
import { freePort } from '../support/free-port.ts';
import { startProgram, type Program } from '../support/program.ts';
import { createScimClient, type ScimAnswer, type ScimClient } from '../support/scim-client.ts';
import { startSmtpSink, type SmtpSink } from '../support/smtp-sink.ts';
import { waitUntil } from '../support/wait-until.ts';

/**
 * Four products that take people in four ways, each with its sample of crds/samples on the real standalone program. Tests of
 * one product are chapters and need the ones before them.
 */

const SAMPLES = fileURLToPath(new URL('../../crds/samples/', import.meta.url));
const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const FACILITY = 'urn:ietf:params:scim:schemas:extension:facility:2.0:User';

let folder: string;
let program: Program;
let smtp: SmtpSink;
let port: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scim-styles-'));
  await mkdir(join(folder, 'data/tenants'), { recursive: true });
  for (const style of ['emergency-notification', 'lone-worker', 'compliance-portal', 'facility-manager']) {
    await cp(join(SAMPLES, `scimtenant-${style}.yaml`), manifest(style));
  }
  smtp = await startSmtpSink();
  port = await freePort();
  program = startProgram('standalone/main.ts', environment(await freePort()), { cwd: folder });
});

afterAll(async () => {
  await program?.stop();
  await smtp?.[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

describe('an emergency-notification product', () => {
  let client: ScimClient;

  test('takes the chosen properties and nothing else', async () => {
    client = await clientOf('alarm');
    const created = await post(client, {
      userName: 'Rosa.Diaz@customer.example',
      active: true,
      name: { givenName: 'Rosa', familyName: 'Diaz', formatted: 'Rosa Diaz' },
      title: 'Welder',
      emails: [
        { type: 'work', value: 'Rosa.Diaz@customer.example', primary: true },
        { type: 'home', value: 'rosa@home.example' },
      ],
      phoneNumbers: [{ type: 'mobile', value: ' +34 600 000 001 ' }],
      preferredLanguage: 'es-ES',
      addresses: [{ type: 'work', locality: 'Vigo', streetAddress: 'Rúa 1' }],
      [ENTERPRISE]: { department: 'Yard' },
    });
    expect(created.status).toBe(201);
    const { person, resource } = await stored('alarm', created.body.id);
    expect(person).toEqual({
      login: 'rosa.diaz@customer.example',
      alertable: true,
      name: { first: 'Rosa', last: 'Diaz' },
      reach: { email: 'rosa.diaz@customer.example', mobile: '+34 600 000 001', language: 'es-ES' },
      site: 'Vigo',
    });
    expect(JSON.stringify(resource)).not.toMatch(/home\.example|Welder|Yard/);
  });

  test('accepts the token of before and the new one after the token was regenerated', async () => {
    const before = client;
    const [old, another] = [await tokenOf('alarm'), 'another-token-0123456789-abcdef'];
    await writeFile(tokenFile('alarm'), (await readFile(tokenFile('alarm'), 'utf8')).replace(old, another));
    client = await clientOf('alarm', another);
    expect((await before.send({ method: 'GET', path: '/Users' })).status).toBe(200);
  });

  test('has a new token made when its manifest asks for one, beside the one before', async () => {
    const before = client;
    const old = await tokenOf('alarm');
    const text = await readFile(manifest('emergency-notification'), 'utf8');
    const asked = text.replace('  name: alarm\n', "  name: alarm\n  annotations: { scim-operator.dev/rotate-at: '1' }\n");
    await writeFile(manifest('emergency-notification'), asked);
    const another = await waitUntil(async () => [await tokenOf('alarm')].find((token) => token !== old), { what: 'a new token' });
    client = await clientOf('alarm', another);
    expect((await before.send({ method: 'GET', path: '/Users' })).status).toBe(200);
    expect(await readFile(tokenFile('alarm'), 'utf8')).toContain('# The token of the ScimTenant team-hr/alarm');
  });

  test('refuses every token of before once the Secret was deleted, and has made a new one', async () => {
    const before = client;
    await rm(tokenFile('alarm'));
    client = await clientOf('alarm');
    expect((await before.send({ method: 'GET', path: '/Users' })).status).toBe(401);
  });

  test('stops when the directory empties its scope, and loses nobody beyond the limit', async () => {
    const ids: string[] = [];
    for (let number = 0; number < 25; number += 1) {
      const answer = await post(client, {
        userName: `crew${number}@customer.example`,
        name: { familyName: `Crew ${number}` },
        emails: [{ type: 'work', value: `crew${number}@customer.example` }],
      });
      ids.push(answer.body.id);
    }
    const statuses: number[] = [];
    for (const id of ids) statuses.push((await client.send({ method: 'DELETE', path: `/Users/${id}` })).status);
    expect(statuses).toEqual([...Array.from({ length: 20 }, () => 204), ...Array.from({ length: 5 }, () => 503)]);
    const untouched = await Promise.all(ids.slice(20).map((id) => stored('alarm', id)));
    expect(untouched.map(({ deletedAt, resource }) => ({ deletedAt, active: resource.active }))).toEqual(
      untouched.map(() => ({ deletedAt: null, active: true })),
    );
  });

  test('is switched off then, its contacts are told why, and a person switches it on again', async () => {
    await waitUntil(async () => /^ {2}enabled: false/m.test(await readFile(manifest('emergency-notification'), 'utf8')), {
      what: 'enabled: false in the file',
    });
    await waitUntil(() => smtp.mails.length === 2, { what: 'the mails' });
    expect(smtp.mails.map(({ to }) => to).sort()).toEqual(['duty-officer@alarm.example', 'hr-it@customer.example']);
    for (const { text } of smtp.mails) {
      expect(text).toMatch(/21 of 26 people/);
      expect(text).toContain('troubleshooting.md#');
      expect(text).not.toMatch(/crew|@customer/);
    }
    await edit('emergency-notification', /^ {2}enabled: false/m, '  enabled: true');
    await waitUntil(async () => (await client.send({ method: 'GET', path: '/Users' })).status === 200, { what: 'the tenant in service' });
  });

  test('is switched off when its requests fail', async () => {
    let answer: ScimAnswer;
    let failures = 0;
    do {
      answer = await post(client, { userName: 'nobody@customer.example' });
      failures += 1;
      expect([400, 503]).toContain(answer.status);
      await new Promise((resolve) => setTimeout(resolve, 200));
    } while (answer.status === 400 && failures < 200);
    expect(answer.status).toBe(503);
    await waitUntil(() => smtp.mails.length === 4, { what: 'the mails' });
    expect(smtp.mails[3]?.text).toMatch(/\d+ of \d+ requests within 15m/);
    expect(smtp.mails[3]?.text).toContain('troubleshooting.md#invalid-value');
  }, 60_000);
});

describe('a lone-worker app', () => {
  const WHOLE = {
    userName: 'bo@customer.example',
    active: true,
    name: { givenName: 'Bo', familyName: 'Lind' },
    emails: [{ type: 'work', value: 'bo@customer.example' }],
    preferredLanguage: 'sv-SE',
    [ENTERPRISE]: { employeeNumber: '0042' },
  };
  let client: ScimClient;
  let id: string;

  test('takes a person whole or not at all, and tells all that is missing at once', async () => {
    client = await clientOf('guard');
    const refused = await post(client, { userName: 'bo@customer.example', name: { givenName: 'Bo' } });
    expect(refused.status).toBe(400);
    expect(refused.body.scimType).toBe('invalidValue');
    for (const missing of ['lastName', 'employeeNumber', 'email', 'language']) expect(refused.body.detail).toContain(`"${missing}"`);
    expect(refused.body.detail).not.toContain('"firstName"');
    expect((await client.send({ method: 'GET', path: '/Users' })).body.totalResults).toBe(0);

    const created = await post(client, WHOLE);
    expect(created.status).toBe(201);
    id = created.body.id;
  });

  test.each([
    ['PUT', { ...WHOLE, preferredLanguage: '' }],
    ['PATCH', patch([{ op: 'remove', path: 'preferredLanguage' }])],
    ['PATCH', patch([{ op: 'replace', path: 'emails[type eq "work"].value', value: '' }])],
  ])('keeps the mandatory set on %s', async (method, body) => {
    const answer = await client.send({ method, path: `/Users/${id}`, body });
    expect(answer.status).toBe(400);
    expect((await stored('guard', id)).version).toBe(1);
  });

  test('switches somebody off first, and deletes them for good when the directory does', async () => {
    const off = await client.send({
      method: 'PATCH',
      path: `/Users/${id}`,
      body: patch([{ op: 'Replace', path: 'active', value: 'False' }]),
    });
    expect(off.body.active).toBe(false);
    expect((await stored('guard', id)).person).toMatchObject({ active: false, employeeNumber: '0042' });

    expect((await client.send({ method: 'DELETE', path: `/Users/${id}` })).status).toBe(204);
    expect((await client.send({ method: 'GET', path: `/Users/${id}` })).status).toBe(404);
    const again = await post(client, WHOLE);
    expect(again.status).toBe(201);
    expect(again.body.id).not.toBe(id);
  });
});

describe('a compliance portal', () => {
  let client: ScimClient;

  test('tells who is there already, as often as it likes', async () => {
    client = await clientOf('portal');
    const people = [
      { id: 'p-1', person: { email: 'kim.old@customer.example', personnelNumber: '7001', locale: 'fr-FR', courses: ['fire', 'gdpr'] } },
      { id: 'p-2', person: { email: 'Lee@customer.example', locale: 'de-DE' } },
      { id: 'p-3', person: { email: 'twin@customer.example', courses: [] } },
    ];
    await writeFile(
      join(folder, 'people.ndjson'),
      people
        .slice(0, 3)
        .map((line) => JSON.stringify(line))
        .join('\n'),
    );
    expect(await importPeople()).toMatch(/3/);
    expect(await importPeople()).toMatch(/unchanged\D+3|3\D+unchanged/);
    expect((await client.send({ method: 'GET', path: '/Users' })).body.totalResults).toBe(0);
  });

  test('takes them over, with what it knew of them and the mail address that the directory has', async () => {
    const kim = await post(client, {
      userName: 'kim.new@customer.example',
      emails: [{ type: 'work', value: 'Kim.New@customer.example' }],
      name: { givenName: 'Kim', familyName: 'Ng' },
      [ENTERPRISE]: { employeeNumber: '7001' },
    });
    expect([kim.status, kim.body.id]).toEqual([201, 'p-1']);
    const { person, own, defaults } = await stored('portal', 'p-1');
    expect(person).toEqual({
      login: 'kim.new@customer.example',
      active: true,
      personnelNumber: '7001',
      email: 'kim.new@customer.example',
      firstName: 'Kim',
      lastName: 'Ng',
      locale: 'fr-FR',
      courses: ['fire', 'gdpr'],
    });
    expect({ own, defaults }).toEqual({ own: { locale: 'fr-FR', courses: ['fire', 'gdpr'] }, defaults: {} });

    const lee = await post(client, { userName: 'lee@customer.example' });
    expect(lee.body.id).toBe('p-2');
    expect(await importPeople()).toMatch(/linked/);
  });

  test('keeps one record for somebody whose mail address changes', async () => {
    const answer = await client.send({
      method: 'PATCH',
      path: '/Users/p-1',
      body: patch([{ op: 'Replace', path: 'emails[type eq "work"].value', value: 'kim.lee@customer.example' }]),
    });
    expect(answer.status).toBe(200);
    expect((await stored('portal', 'p-1')).person).toMatchObject({ email: 'kim.lee@customer.example', courses: ['fire', 'gdpr'] });
    expect((await client.send({ method: 'GET', path: '/Users' })).body.totalResults).toBe(2);
  });

  test('fills the template once for who is new, and never again', async () => {
    const created = await post(client, { userName: 'new@customer.example' });
    const { id } = created.body;
    const template = { locale: 'en-GB', training: { plan: 'onboarding', reminders: true } };
    expect(await stored('portal', id)).toMatchObject({ person: template, defaults: template });

    const change = (operations: readonly object[]): Promise<ScimAnswer> =>
      client.send({ method: 'PATCH', path: `/Users/${id}`, body: patch(operations) });
    await change([{ op: 'Add', path: 'locale', value: 'pl-PL' }]);
    expect(await stored('portal', id)).toMatchObject({ person: { locale: 'pl-PL' }, defaults: { training: template.training } });
    await change([{ op: 'Remove', path: 'locale' }]);
    expect((await stored('portal', id)).person).not.toHaveProperty('locale');
  });

  test('does not guess between two', async () => {
    // Written by the product itself; the import would have refused the second of the two.
    using store = openSqliteStore({ file: join(folder, 'data/scim.sqlite') });
    await store.existing.put('team-hr/portal', { id: 'p-4', person: { email: 'TWIN@customer.example', personnelNumber: '7004' } });
    const answer = await post(client, { userName: 'twin@customer.example' });
    expect([answer.status, answer.body.scimType]).toEqual([409, 'uniqueness']);
    expect(answer.body.detail).toMatch(/"email"/);
    // The number tells them apart.
    const found = await post(client, { userName: 'twin@customer.example', [ENTERPRISE]: { employeeNumber: '7004' } });
    expect([found.status, found.body.id]).toEqual([201, 'p-4']);
  });
});

describe('a facility manager', () => {
  const MINA = {
    userName: 'mina@customer.example',
    displayName: 'Mina Park',
    title: 'Head of Post Room',
    active: true,
    [ENTERPRISE]: { department: 'Facilities' },
    [FACILITY]: { building: 'B2', floor: '3', parking: 'True' },
  };
  let client: ScimClient;
  let id: string;

  test("takes fields of the customer's own, each in its type", async () => {
    client = await clientOf('facility');
    const created = await post(client, MINA);
    expect(created.status).toBe(201);
    id = created.body.id;
    expect((await stored('facility', id)).person).toEqual({
      login: 'mina@customer.example',
      displayName: 'Mina Park',
      designation: 'Head of Post Room',
      department: 'Facilities',
      workplace: { building: 'B2', floor: 3, parking: true },
      status: 'active',
    });
  });

  test('refuses what is of another type, all of it in one answer', async () => {
    const answer = await post(client, {
      ...MINA,
      userName: 'other@customer.example',
      [FACILITY]: { building: 'B2', floor: 'third', parking: 'perhaps' },
    });
    expect(answer.status).toBe(400);
    for (const word of ['"workplace.floor"', 'third', 'Integer', '"workplace.parking"', 'perhaps', 'Boolean']) {
      expect(answer.body.detail).toContain(word);
    }
  });

  test('keeps who was deleted, inactive, and knows them when they come back', async () => {
    expect((await client.send({ method: 'DELETE', path: `/Users/${id}` })).status).toBe(204);
    expect((await client.send({ method: 'GET', path: `/Users/${id}` })).status).toBe(404);
    const retired = await retiredBy('facility', MINA.userName);
    expect(retired.person).toMatchObject({ status: 'inactive', designation: 'Head of Post Room' });

    const again = await post(client, MINA);
    expect([again.status, again.body.id]).toEqual([201, id]);
    expect((await stored('facility', id)).person).toMatchObject({ status: 'active' });
  });
});

function environment(adminPort: number): Record<string, string> {
  return { PORT: `${port}`, ADMIN_PORT: `${adminPort}`, SMTP_URL: `smtp://127.0.0.1:${smtp.port}`, MAIL_FROM: 'scim@example.com' };
}

function manifest(style: string): string {
  return join(folder, `data/tenants/${style}.yaml`);
}

function tokenFile(tenant: string): string {
  return join(folder, `data/tenants/team-hr.${tenant}-scim-token.yaml`);
}

async function edit(style: string, pattern: RegExp, replacement: string): Promise<void> {
  await writeFile(manifest(style), (await readFile(manifest(style), 'utf8')).replace(pattern, replacement));
}

async function tokenOf(tenant: string): Promise<string> {
  return waitUntil(
    async () => {
      const text = await readFile(tokenFile(tenant), 'utf8').catch(() => '');
      return /^\s+token: (\S+)$/m.exec(text)?.[1] ?? null;
    },
    { what: `a token for ${tenant}` },
  );
}

async function clientOf(tenant: string, token?: string): Promise<ScimClient> {
  const client = createScimClient(`http://127.0.0.1:${port}/team-hr/${tenant}/scim/v2`, token ?? (await tokenOf(tenant)));
  const serves = async (): Promise<boolean> => (await client.send({ method: 'GET', path: '/Users' }).catch(() => null))?.status === 200;
  await waitUntil(serves, { what: `${tenant} in service`, timeoutMs: 30_000 });
  return client;
}

function post(client: ScimClient, body: object): Promise<ScimAnswer> {
  return client.send({ method: 'POST', path: '/Users', body: { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], ...body } });
}

function patch(operations: readonly object[]): object {
  return { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations: operations };
}

/** As the program left it in its file. */
async function stored(tenant: string, id: string): Promise<StoredUser> {
  using store = openSqliteStore({ file: join(folder, 'data/scim.sqlite') });
  const user = await store.users.findById(`team-hr/${tenant}`, id);
  if (user === null) throw new Error(`nobody visible has the id ${id}`);
  return { ...user, person: user.person, defaults: user.defaults, own: user.own };
}

async function retiredBy(tenant: string, userName: string): Promise<StoredUser> {
  using store = openSqliteStore({ file: join(folder, 'data/scim.sqlite') });
  const user = await store.users.findRetiredByUserName(`team-hr/${tenant}`, userName);
  if (user === null) throw new Error('nobody was retired under that userName');
  return { ...user, person: user.person };
}

async function importPeople(): Promise<string> {
  const script = fileURLToPath(new URL('../../cli/main.ts', import.meta.url));
  const args = [script, 'import', 'team-hr/portal', 'people.ndjson'];
  return new Promise((resolve, reject) => {
    const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '' };
    execFile(process.execPath, args, { cwd: folder, env }, (error, stdout, stderr) => {
      if (error) reject(new Error(`${error.message}\n${stdout}\n${stderr}`));
      else resolve(stdout);
    });
  });
}
