/** Body of a SCIM answer; tests look into it freely. */
// oxlint-disable-next-line typescript/no-explicit-any -- what a server answers is what a test finds out
export type ScimBody = any;

export interface ScimAnswer {
  readonly status: number;
  /** Null for an empty body. */
  readonly body: ScimBody;
  readonly headers: Headers;
}

interface ScimRequest {
  readonly method: string;
  /** Below the tenant's URL, for example `/Users`. */
  readonly path: string;
  /** Raw string after `?`. */
  readonly query?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Ends the wait for an answer. */
  readonly signal?: AbortSignal;
}

export interface ScimClient {
  readonly baseUrl: string;
  send(request: ScimRequest): Promise<ScimAnswer>;
}

/** A plain client of one tenant; `Authorization` in a request's own headers wins over the token. */
export function createScimClient(baseUrl: string, token: string): ScimClient {
  return {
    baseUrl,
    async send({ method, path, query, headers, body, signal }) {
      const hasBody = body !== undefined && body !== null;
      const sent = new Headers({ authorization: `Bearer ${token}`, accept: 'application/scim+json' });
      if (hasBody) sent.set('content-type', 'application/scim+json; charset=utf-8');
      for (const [name, value] of Object.entries(headers ?? {})) sent.set(name, value);
      const response = await fetch(`${baseUrl}${path}${query ? `?${query}` : ''}`, {
        method,
        headers: sent,
        ...(signal && { signal }),
        ...(hasBody && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: text === '' ? null : JSON.parse(text), headers: response.headers };
    },
  };
}
