import { readFileSync } from 'node:fs';

/** One request as a client really sends it, and what its client needs of the answer. */
export interface WireRequest {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly query: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: {
    readonly Operations?: readonly { readonly path?: string; readonly value?: unknown }[];
    readonly [key: string]: unknown;
  } | null;
  readonly expects: { readonly status: readonly number[]; readonly bodyFacts: readonly string[] };
}

function readWire(client: 'entra' | 'okta'): readonly WireRequest[] {
  return JSON.parse(readFileSync(new URL(`../fixtures/wire/${client}.json`, import.meta.url), 'utf8')) as WireRequest[];
}

const aboutUsers = ({ name, path }: WireRequest): boolean => /^\/Users(\/|$)/.test(path) || name.startsWith('test-connection');

/** What Entra ID sends about users, and its Test Connection. */
export const ENTRA_USER_REQUESTS = readWire('entra').filter(aboutUsers);
/** What Okta sends about users. */
export const OKTA_USER_REQUESTS = readWire('okta').filter(aboutUsers);
