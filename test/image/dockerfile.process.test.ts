import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { freePort } from '../support/free-port.ts';
import { startProgram } from '../support/program.ts';
import { writeKubeconfig } from '../support/write-kubeconfig.ts';

/** Nobody builds the image here; this is what it would hold, and the programs start from just that. */

const DOCKERFILE = readFileSync('Dockerfile', 'utf8');
const LOCK = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly hasInstallScript?: boolean }>>;
};
const PRODUCTION = Object.entries(LOCK.packages).filter(([path, { dev }]) => path !== '' && !dev);
const STAGES = DOCKERFILE.split(/^FROM .*$/m).slice(1);

/** What a stage takes out of the repository. */
function copied(stage: string): readonly string[] {
  const lines = [...stage.matchAll(/^COPY (?!--from)(.*) \S+$/gm)];
  return lines.flatMap(([, sources]) => (sources ?? '').split(' '));
}

describe('the Dockerfile', () => {
  test('copies files that are there, and that .dockerignore lets through', () => {
    const sources = STAGES.flatMap(copied);
    const allowed = readFileSync('.dockerignore', 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('!'));
    expect(sources.length).toBeGreaterThan(8);
    expect(sources.filter((source) => !existsSync(source))).toEqual([]);
    expect([...new Set(sources)].map((source) => `!${source}`).toSorted()).toEqual(allowed.toSorted());
  });

  test('runs on the Node that the tests run on, in all of its stages', () => {
    const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { devDependencies: { node: string } };
    expect(DOCKERFILE).toContain(`ARG NODE_IMAGE=docker.io/library/node:${devDependencies.node}-`);
    expect([...DOCKERFILE.matchAll(/^FROM (\S+)/gm)].map(([, image]) => image)).toEqual(['${NODE_IMAGE}', '${NODE_IMAGE}']);
    expect(process.version).toBe(`v${devDependencies.node}`);
  });

  test('runs no script of a dependency, as none has one that is needed', () => {
    expect(PRODUCTION.filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([]);
  });

  test('ends as a user that is not root, by number', () => {
    expect(/^USER ([0-9]+):([0-9]+)$/m.exec(STAGES.at(-1) ?? '')?.slice(1)).toEqual(['1000', '1000']);
  });
});

describe('the programs in the image', () => {
  let folder: string;
  let kubeconfig: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'scim-image-'));
    for (const source of copied(STAGES.at(-1) ?? '')) await cp(source, join(folder, source), { recursive: true });
    // Copies, since a link would lead to the packages of development.
    for (const [path] of PRODUCTION) await cp(path, join(folder, path), { recursive: true, dereference: true });
    kubeconfig = await writeKubeconfig(folder, `http://127.0.0.1:${await freePort()}`);
  }, 60_000);

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  test('have the packages of production beside them, and no others', async () => {
    const packages = await readdir(join(folder, 'node_modules'));
    expect(packages).toContain('hono');
    expect(packages).not.toContain('jest');
    expect(packages).not.toContain('typescript');
  });

  test.each([
    ['operator/main.ts', /lease could not be asked for/],
    ['scim-service/main.ts', /list or watch failed/],
  ])(
    '%s starts, writes nothing, and stops',
    async (script, trying) => {
      const before = (await readdir(folder, { recursive: true })).toSorted();
      const mongodb = `mongodb://127.0.0.1:${await freePort()}/scim`;
      const env = { KUBECONFIG: kubeconfig, EXTERNAL_URL: 'http://localhost', MONGODB_URI: mongodb, PORT: '0', ADMIN_PORT: '0' };
      await using program = startProgram(script, { ...env, NODE_ENV: 'production' }, { root: `${folder}/` });
      await program.waitForLine(trying);
      expect(await program.stop('SIGTERM')).toBe(0);
      expect((await readdir(folder, { recursive: true })).toSorted()).toEqual(before);
    },
    30_000,
  );

  test('the command for tenants runs there, too', async () => {
    const sample = resolve('crds/samples/scimtenant-entra-defaults.yaml');
    const env = { NODE_ENV: 'production' };
    await using program = startProgram('cli/main.ts', env, { root: `${folder}/`, args: ['show', 'team-hr/contoso', '--file', sample] });
    expect(await program.exited).toBe(0);
    expect(program.lines.join('\n')).toContain('userName');
  }, 30_000);
});
