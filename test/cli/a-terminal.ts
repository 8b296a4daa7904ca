import { Readable } from 'node:stream';
import { run } from '#cli/run.ts';
import type { Terminal } from '#cli/terminal.ts';

interface TypedIn {
  /** Standard input. */
  readonly input?: string | Uint8Array;
  readonly environment?: Readonly<Record<string, string>>;
  /** Where relative paths begin. */
  readonly folder?: string;
  readonly signal?: AbortSignal;
}

interface Seen {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A terminal that keeps what is written to it. */
export function aTerminal({ input = '', environment = {}, folder = '/', signal }: TypedIn = {}): {
  readonly terminal: Terminal;
  readonly seen: { out: string; err: string };
} {
  const seen = { out: '', err: '' };
  const terminal: Terminal = {
    input: Readable.from([Buffer.from(input)]),
    out: (text) => void (seen.out += text),
    err: (text) => void (seen.err += text),
    environment,
    folder,
    interrupted: () => signal ?? new AbortController().signal,
  };
  return { terminal, seen };
}

/** Runs a command line as a terminal does, and keeps what a person would see. */
export async function typeIn(args: readonly string[], typed: TypedIn = {}): Promise<Seen> {
  const { terminal, seen } = aTerminal(typed);
  const code = await run(args, terminal);
  return { code, ...seen };
}

/** A ScimTenant of namespace team-hr as YAML; `spec` is JSON, which is YAML too. */
export function aManifest(name: string, spec: Readonly<Record<string, unknown>>): string {
  return `apiVersion: scim-operator.dev/v1alpha1
kind: ScimTenant
metadata: { name: ${name}, namespace: team-hr }
spec: ${JSON.stringify({ tokenSecretRef: { name: 'token' }, ...spec })}
`;
}
