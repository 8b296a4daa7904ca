import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { helmProgram } from '#test/servers/helm-program.ts';

export const CHART = fileURLToPath(new URL('../../helm/scim-operator/', import.meta.url));
/** Files of values that are shipped beside the defaults. */
export const EXAMPLES = readdirSync(join(CHART, 'examples')).map((file) => file.replace('.yaml', ''));
/** The defaults, with what has no default. */
export const LEAST = ['--set', 'externalUrl=https://scim.example.com'];

/** Everything that can be set; what only the operator has stands in a file of its own, since the other gives both programs the same. */
export const EVERYTHING = ['everything', 'everything-operator'].flatMap((name) => ['--values', `test/fixtures/helm/${name}.yaml`]);

/** A Kubernetes object as the chart renders it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  // oxlint-disable-next-line typescript/no-explicit-any -- a test looks at what it expects there
  readonly [member: string]: any;
}

export function exampleValues(name: string): string[] {
  return ['--values', join(CHART, 'examples', `${name}.yaml`)];
}

/**
 * Runs helm with folders of its own, so that nothing of the user's is read or changed.
 * @throws Error with what it wrote to standard error
 */
export async function runHelm(args: readonly string[]): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'scim-helm-'));
  try {
    const child = spawn(helmProgram(), args, {
      env: { PATH: process.env['PATH'] ?? '', HOME: home },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [out, err]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new Error(`helm ${args[0]} ended with ${code}: ${Buffer.concat(err).toString()}`);
    return Buffer.concat(out).toString();
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

/** `helm template`, as the README installs it unless `as` says otherwise. */
export async function renderChart(
  args: readonly string[],
  as: { readonly release?: string; readonly namespace?: string } = {},
): Promise<readonly Manifest[]> {
  const text = await runHelm(['template', as.release ?? 'scim-operator', CHART, '--namespace', as.namespace ?? 'scim-operator', ...args]);
  return parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest | null)
    .filter((manifest) => manifest !== null);
}

/** The one object of that kind, and of that name where there are several. */
export function one(manifests: readonly Manifest[], kind: string, name?: string): Manifest {
  const found = manifests.filter((manifest) => manifest.kind === kind && (name === undefined || manifest.metadata.name === name));
  if (found.length !== 1) throw new Error(`${found.length} objects are a ${kind} ${name ?? ''}`);
  return found[0] as Manifest;
}
