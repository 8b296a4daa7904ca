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

const isTokenEndpoint = ({ path }: WireRequest): boolean => !path.startsWith('/');

/** What Entra ID sends, its validators included. */
export const ENTRA_REQUESTS = readWire('entra').filter((request) => !isTokenEndpoint(request));
/** What Okta sends, its tests included. */
export const OKTA_REQUESTS = readWire('okta').filter((request) => !isTokenEndpoint(request));
