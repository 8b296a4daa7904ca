import { describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '#test/support/free-port.ts';
import { startProgram } from '#test/support/program.ts';
import { createScimClient } from '#test/support/scim-client.ts';
import { aManifest } from './a-terminal.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Types `npm run -s tenant -- …` in a folder of this repository. */
function npmRunTenant(args: readonly string[], { cwd = ROOT, environment = {}, input = '' } = {}): Promise<Ended> {
  return new Promise((resolve) => {
    const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment };
    const child = execFile('npm', ['run', '-s', 'tenant', '--', ...args], { cwd, env }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
    child.stdin?.end(input);
  });
}

describe('npm run -s tenant', () => {
  test('shows what would become of a sample, with a file named from where somebody stands', async () => {
    const args = ['test', 'team-hr/contoso', '--sample', 'entra', '--json', '--file', 'samples/scimtenant-entra-defaults.yaml'];
    const { code, out, err } = await npmRunTenant(args, { cwd: join(ROOT, 'crds') });
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toMatchObject({
      tenant: 'team-hr/contoso',
      accepted: true,
      person: { email: 'mira.lindqvist@contoso.example' },
    });
  });

  test('ends with the code of the command', async () => {
    const file = ['--file', 'crds/samples/scimtenant-entra-defaults.yaml'];
    expect((await npmRunTenant(['test', 'team-hr/contoso', '-', ...file], { input: '{}' })).code).toBe(1);
    expect((await npmRunTenant(['test', 'team-hr/contoso', ...file])).code).toBe(2);
  });

  test('imports people into the file of a program that runs, whose directory then finds them', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'scim-cli-process-'));
    const token = 'a-token-that-is-long-enough';
    const secret = `apiVersion: v1\nkind: Secret\nmetadata: { name: token, namespace: team-hr }\nstringData: { token: ${token} }\n`;
    const spec = {
      attributeMapping: [
        { source: 'userName', target: 'login', required: true },
        { source: 'emails[type eq "work"].value', target: 'email' },
      ],
      matchExistingBy: ['email'],
    };
    await writeFile(join(folder, 'acme.yaml'), `${secret}---\n${aManifest('acme', spec)}`);
    await writeFile(join(folder, 'people.ndjson'), '{"id":"kim-1","person":{"email":"kim@acme.example","shoe":42}}\n');
    const environment = { TENANTS_DIR: folder, DATA_FILE: join(folder, 'people.sqlite') };
    const port = await freePort();
    try {
      await using program = startProgram('standalone/main.ts', { ...environment, PORT: String(port), ADMIN_PORT: '0' }, { cwd: folder });
      await program.waitForLine(/Tenant URL: /);
      const imported = await npmRunTenant(['import', 'team-hr/acme', join(folder, 'people.ndjson')], { environment });
      expect({ code: imported.code, err: imported.err }).toEqual({ code: 0, err: '' });
      expect(imported.out).toMatch(/created +1\n/);

      const client = createScimClient(`http://127.0.0.1:${port}/team-hr/acme/scim/v2`, token);
      const body = { userName: 'kim', emails: [{ type: 'work', value: 'Kim@acme.example' }] };
      const created = await client.send({ method: 'POST', path: '/Users', body });
      expect({ status: created.status, id: created.body.id }).toEqual({ status: 201, id: 'kim-1' });

      const again = await npmRunTenant(['import', 'team-hr/acme', join(folder, 'people.ndjson')], { environment });
      expect(again.out).toMatch(/linked already +1\n/);
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 60_000);
});
