import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '#test/support/free-port.ts';
import { writeKubeconfig } from '#test/support/write-kubeconfig.ts';
import { aManifest, typeIn } from './a-terminal.ts';

const SECRET = 'apiVersion: v1\nkind: Secret\nmetadata: { name: token, namespace: team-hr }\nstringData: { token: not-to-be-told }\n';
const RULES = { attributeMapping: [{ source: 'userName', target: 'login' }] };

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scim-cli-source-'));
  await writeFile(
    join(folder, 'two.yaml'),
    [SECRET, aManifest('acme', { ...RULES, displayName: 'Acme' }), aManifest('beta', RULES)].join('---\n'),
  );
  await mkdir(join(folder, 'tenants/.state'), { recursive: true });
  await writeFile(join(folder, 'tenants/a.yaml'), aManifest('acme', { ...RULES, displayName: 'First' }));
  await writeFile(
    join(folder, 'tenants/b.yml'),
    [aManifest('acme', { ...RULES, displayName: 'Second' }), aManifest('gamma', RULES)].join('---\n'),
  );
  await writeFile(join(folder, 'tenants/.state/team-hr.acme.json'), '{');
  await mkdir(join(folder, 'half'));
  await writeFile(join(folder, 'half/good.yaml'), aManifest('acme', { ...RULES, displayName: 'Good' }));
  await writeFile(join(folder, 'half/torn.yaml'), `${aManifest('beta', RULES)}---\nkind: [`);
  await mkdir(join(folder, 'empty'));
});

afterAll(() => rm(folder, { recursive: true }));

async function firstLine(args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const { out, err } = await typeIn(['show', ...args], { folder, environment });
  return (out + err).split('\n')[0] ?? '';
}

describe('a tenant is found', () => {
  test.each([
    ['in a file of several documents', ['team-hr/acme', '--file', 'two.yaml'], {}, 'team-hr/acme, Acme (two.yaml)'],
    ['wherever in the file it stands', ['team-hr/beta', '--file', 'two.yaml'], {}, 'team-hr/beta (two.yaml)'],
    ['in a folder', ['team-hr/gamma', '--file=tenants'], {}, 'team-hr/gamma (tenants)'],
    ['beside a file that is torn', ['team-hr/acme', '--file', 'half'], {}, 'team-hr/acme, Good (half)'],
    [
      'in a file although there is a cluster',
      ['team-hr/acme', '--file', 'two.yaml'],
      { KUBECONFIG: '/nowhere' },
      'team-hr/acme, Acme (two.yaml)',
    ],
  ])('%s', async (_, args, environment, line) => {
    expect(await firstLine(args, environment)).toBe(line);
  });

  test('in the folder of standalone mode, even in a pod', async () => {
    const tenants = join(folder, 'tenants');
    const environment = { TENANTS_DIR: tenants, KUBERNETES_SERVICE_HOST: '10.0.0.1' };
    expect(await firstLine(['team-hr/gamma'], environment)).toBe(`team-hr/gamma (${tenants})`);
  });

  test('beside what is named as a file and is none', async () => {
    await mkdir(join(folder, 'beside', 'sub.yaml'), { recursive: true });
    await copyFile(join(folder, 'two.yaml'), join(folder, 'beside', 'two.yaml'));
    expect(await firstLine(['team-hr/beta', '--file', 'beside'])).toBe('team-hr/beta (beside)');
    expect(await typeIn(['show', 'team-hr/zeta', '--file', 'beside'], { folder })).toEqual({
      code: 2,
      out: '',
      err: "tenant: tenant team-hr/zeta is not found, and not everything can be read\n  beside/sub.yaml can't be read (EISDIR)\n",
    });
  });

  test('in the first of two files that have it, with a note', async () => {
    const { out, err } = await typeIn(['show', 'team-hr/acme', '--file', 'tenants'], { folder });
    expect(out).toMatch(/^team-hr\/acme, First \(tenants\)\n/);
    expect(err).toBe('note: ScimTenant team-hr/acme in tenants/b.yml is not in force: tenants/a.yaml has it already\n');
  });
});

describe('a tenant is not found', () => {
  test.each([
    [
      'and those that are there are listed',
      'two.yaml',
      ['two.yaml has no tenant team-hr/zeta', 'there are', '  team-hr/acme', '  team-hr/beta'],
    ],
    ['where there is none', 'empty', ['empty has no tenant team-hr/zeta', 'there is none at all']],
    ['where there is no file', 'missing.yaml', ['missing.yaml: there is no such file or folder; name one with --file']],
    [
      'where a file that may have it is torn',
      'half',
      ['tenant team-hr/zeta is not found, and not everything can be read', expect.stringMatching(/^ {2}half\/torn.yaml line \d+: /)],
    ],
  ])('%s', async (_, file, lines) => {
    const { code, out, err } = await typeIn(['show', 'team-hr/zeta', '--file', file], { folder });
    expect({ code, out, lines: err.trimEnd().replace('tenant: ', '').split('\n') }).toEqual({ code: 2, out: '', lines });
  });

  test('where the environment is wrong, which is told as by the program itself', async () => {
    const { code, err } = await typeIn(['show', 'team-hr/acme'], { environment: { PORT: 'http' } });
    expect({ code, err }).toEqual({
      code: 2,
      err: 'tenant: the environment is not usable:\n  - PORT: "http" is not usable; write a port from 0 to 65535\n',
    });
  });
});

test.each([
  [
    'that the schema refuses',
    { attributeMapping: [{ source: 'userName', target: 'login', typ: 'x' }, { target: 'a b' }] },
    [
      'spec.attributeMapping[0].typ: no such field in this version of the operator; look for a spelling mistake',
      'spec.attributeMapping[1].target: write a field of your record such as email or contact.email',
      'spec.attributeMapping[1]: write exactly one of source, sources and constant',
    ],
  ],
  [
    'that only SCIM refuses',
    {
      preset: 'Minimal',
      attributeMapping: [
        { source: 'usrName', target: 'x' },
        { source: 'title', target: 'x' },
      ],
    },
    [
      expect.stringMatching(/^spec\.attributeMapping\[0\]: .*"usrName"/),
      'spec.attributeMapping[1].target: "x" is written by attributeMapping[0].target already; give each its own target',
    ],
  ],
])('every problem of a spec is told with its place: one %s', async (_, spec, problems) => {
  const file = join(folder, 'faulty.yaml');
  await writeFile(file, [aManifest('acme', RULES), aManifest('faulty', spec)].join('---\n'));
  const { code, out, err } = await typeIn(['show', 'team-hr/faulty', '--file', file]);
  const [head, ...told] = err.trimEnd().split('\n');
  expect({ code, out, head }).toEqual({ code: 1, out: '', head: 'tenant: the spec of team-hr/faulty has problems' });
  expect(told.map((line) => line.trim())).toEqual(problems);
});

describe('a cluster', () => {
  const PATH = '/apis/scim-operator.dev/v1alpha1';
  const metadata = { namespace: 'team-hr', name: 'acme', uid: 'u', generation: 3, resourceVersion: '7' };
  const acme = { metadata, spec: { tokenSecretRef: { name: 'token' }, displayName: 'In the cluster', ...RULES } };

  async function withCluster<T>(
    answers: Readonly<Record<string, unknown>>,
    act: (kubeconfig: string, server: string) => Promise<T>,
  ): Promise<T> {
    const server = createServer((request, response) => {
      const answer = answers[request.url?.split('?')[0] ?? ''];
      const status = answer === undefined ? 404 : answer === 403 ? 403 : 200;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(status === 200 ? answer : { kind: 'Status' }));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      return await act(await writeKubeconfig(folder, url), url);
    } finally {
      server.close();
    }
  }

  test('has the tenant', async () => {
    await withCluster({ [`${PATH}/namespaces/team-hr/scimtenants/acme`]: acme }, async (KUBECONFIG, server) => {
      expect(await firstLine(['team-hr/acme'], { KUBECONFIG, TENANTS_DIR: 'elsewhere' })).toBe(
        `team-hr/acme, In the cluster (the cluster ${server})`,
      );
    });
  });

  test('has others, which are listed', async () => {
    const list = { metadata: { resourceVersion: '8' }, items: [acme] };
    await withCluster({ [`${PATH}/scimtenants`]: list }, async (KUBECONFIG, server) => {
      const { code, err } = await typeIn(['show', 'team-hr/zeta'], { environment: { KUBECONFIG } });
      expect({ code, err }).toEqual({
        code: 2,
        err: `tenant: the cluster ${server} has no tenant team-hr/zeta\nthere are\n  team-hr/acme\n`,
      });
    });
  });

  test('does not say which it has to everybody', async () => {
    await withCluster({ [`${PATH}/scimtenants`]: 403 }, async (KUBECONFIG, server) => {
      const { code, err } = await typeIn(['show', 'team-hr/zeta'], { environment: { KUBECONFIG } });
      expect({ code, err }).toEqual({ code: 2, err: `tenant: the cluster ${server} has no tenant team-hr/zeta\n` });
    });
  });

  test('has a tenant whose people nobody knows where to bring, until somebody says where its service keeps them', async () => {
    const tenant = { ...acme, spec: { ...acme.spec, matchExistingBy: ['login'] } };
    await withCluster({ [`${PATH}/namespaces/team-hr/scimtenants/acme`]: tenant }, async (KUBECONFIG) => {
      expect(await typeIn(['import', 'team-hr/acme', '-'], { environment: { KUBECONFIG } })).toEqual({
        code: 2,
        out: '',
        err: 'tenant: MONGODB_URI is not set: the tenant is of a cluster, so name the MongoDB of its SCIM service\n',
      });
    });
  });

  test('is away, which is told in a few lines', async () => {
    const KUBECONFIG = await writeKubeconfig(folder, `http://127.0.0.1:${await freePort()}`);
    const { code, err } = await typeIn(['show', 'team-hr/acme'], { environment: { KUBECONFIG } });
    expect({ code, err }).toEqual({ code: 2, err: expect.stringMatching(/^tenant: GET .*ECONNREFUSED/) });
    expect(err).not.toMatch(/ at .*\.ts:/);
  });
});
