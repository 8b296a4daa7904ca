import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { podReportSchema } from '#common/pod-report.ts';
import { freePort } from '../support/free-port.ts';
import { startProgram, type Program } from '../support/program.ts';
import { createScimClient, type ScimClient } from '../support/scim-client.ts';
import { startSmtpSink, type SmtpSink } from '../support/smtp-sink.ts';
import { waitUntil } from '../support/wait-until.ts';
import { metric } from './cluster.ts';

/** Standalone mode from an empty folder; each test is a chapter and needs the ones before it. */

describe('standalone mode', () => {
  let folder: string;
  let program: Program;
  let smtp: SmtpSink;
  let client: ScimClient;
  let port: number;
  let adminPort: number;
  let tenantFile: string;
  const tenantsDir = (): string => join(folder, 'data', 'tenants');

  const start = (): Program =>
    startProgram(
      'standalone/main.ts',
      { PORT: `${port}`, ADMIN_PORT: `${adminPort}`, SMTP_URL: `smtp://127.0.0.1:${smtp.port}`, MAIL_FROM: 'scim@example.com' },
      { cwd: folder },
    );

  const readToken = async (): Promise<string> => {
    const secret = await readFile(join(tenantsDir(), 'team-hr.acme-scim-token.yaml'), 'utf8');
    return /^\s+token: (\S+)$/m.exec(secret)?.[1] ?? '';
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scim-standalone-'));
    smtp = await startSmtpSink();
    port = await freePort();
    adminPort = await freePort();
    program = start();
  });

  afterAll(async () => {
    await program?.stop('SIGKILL');
    await smtp?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  test('seeds an empty folder with a sample tenant and prints its URL and how to see the token', async () => {
    const url = await program.waitForLine(/(http:\/\/127\.0\.0\.1:\d+\/team-hr\/acme\/scim\/v2)/);
    expect(url).toBe(`http://127.0.0.1:${port}/team-hr/acme/scim/v2`);
    await program.waitForLine(/curl/);
    const token = await readToken();
    expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(program.lines.join('\n')).not.toContain(token);
    expect((await stat(join(tenantsDir(), 'team-hr.acme-scim-token.yaml'))).mode & 0o077).toBe(0);
    client = createScimClient(url, token);
    await waitUntil(async () => (await client.send({ method: 'GET', path: '/Users' })).status === 200, { what: 'the tenant in service' });
  });

  test('keeps a person over a clean stop and a second start', async () => {
    const created = await client.send({
      method: 'POST',
      path: '/Users',
      body: {
        userName: 'ada@example.com',
        name: { givenName: 'Ada', familyName: 'Lovelace' },
        emails: [{ type: 'work', value: 'ada@example.com' }],
      },
    });
    expect(created.status).toBe(201);
    expect(await program.stop('SIGINT')).toBe(0);
    const token = await readToken();
    program = start();
    await waitUntil(async () => (await client.send({ method: 'GET', path: `/Users/${created.body.id}` })).status === 200, {
      what: 'the person',
    });
    expect(await readToken()).toBe(token);
  });

  test('tells on the admin port what it serves, and to who asks again what has changed', async () => {
    const report = async (query: string) =>
      podReportSchema.parse(await (await fetch(`http://127.0.0.1:${adminPort}/internal/v1/report${query}`)).json());
    const whole = await report('');
    expect(whole).toMatchObject({ partial: false, tenants: { 'team-hr/acme': { revision: expect.any(String) } } });
    const since = (cursor: string): string => `?since=${encodeURIComponent(cursor)}`;
    await client.send({ method: 'GET', path: '/Users' });
    const changes = await report(since(whole.cursor ?? ''));
    expect(changes).toMatchObject({ partial: true, gone: [], tenants: { 'team-hr/acme': { lastRequestTime: expect.any(String) } } });
    expect(await report(since('other:1'))).toMatchObject({ partial: false });
  });

  test('trips by edit of the YAML file, comments kept, and mails the contacts', async () => {
    const files = await readdir(tenantsDir());
    for (const name of files.filter((file) => file.endsWith('.yaml'))) {
      if ((await readFile(join(tenantsDir(), name), 'utf8')).includes('kind: ScimTenant')) tenantFile = join(tenantsDir(), name);
    }
    const text = await readFile(tenantFile, 'utf8');
    const comments = text.split('\n').filter((line) => line.trim().startsWith('#'));
    expect(comments.length).toBeGreaterThan(0);
    const impatient = text
      .replace('minRequests: 20', 'minRequests: 5')
      .replace('maxFailures: 50', 'maxFailures: 5')
      .replace('maxFailureRatio: 0.4', 'maxFailureRatio: 0.1');
    await writeFile(tenantFile, impatient);
    await waitUntil(
      async () => {
        // A user without a userName is an error of the directory's data.
        const answer = await client.send({ method: 'POST', path: '/Users', body: { displayName: 'Nobody' } });
        return answer.status === 503 && answer;
      },
      { what: 'the trip', timeoutMs: 20_000, intervalMs: 200 },
    );
    const edited = await waitUntil(
      async () => {
        const now = await readFile(tenantFile, 'utf8');
        return /^ {2}enabled: false/m.test(now) && now;
      },
      { what: 'enabled: false in the file' },
    );
    for (const comment of comments) expect(edited).toContain(comment);
    await waitUntil(() => smtp.mails.length === 1, { what: 'the mail' });
    expect(smtp.mails[0]).toMatchObject({ to: 'hr-it@acme.example', subject: expect.stringContaining('Acme') });
    await waitUntil(async () => (await metric(adminPort, 'scim_tenant_breaker_open{namespace="team-hr",tenant="acme"}')) === 1, {
      what: 'the metric',
    });
  }, 60_000);

  test('serves again once a person writes enabled: true', async () => {
    const text = await readFile(tenantFile, 'utf8');
    await writeFile(tenantFile, text.replace(/^ {2}enabled: false/m, '  enabled: true'));
    await waitUntil(async () => (await client.send({ method: 'GET', path: '/Users' })).status === 200, {
      what: 'the tenant in service',
      timeoutMs: 20_000,
    });
    expect(smtp.mails).toHaveLength(1);
  }, 30_000);

  test('stops cleanly and leaves the port free', async () => {
    expect(await program.stop('SIGTERM')).toBe(0);
    await expect(client.send({ method: 'GET', path: '/Users' })).rejects.toThrow('fetch failed');
  });
});
