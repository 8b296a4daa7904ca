import { request as httpsRequest } from 'node:https';

export interface KubernetesRequest {
  readonly method: string;
  /** With its query string. */
  readonly path: string;
  readonly body?: unknown;
  /** `application/json` unless told, `application/apply-patch+yaml` and the like for PATCH. */
  readonly contentType?: string;
  readonly accept?: string;
}

export interface KubernetesAnswer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any -- what a server answers is what a test finds out
  readonly body: any;
  readonly warnings: readonly string[];
}

/** One request of a test to its own API server, whose certificate nobody signed. */
export function sendToApiServer(
  url: string,
  token: string,
  { method, path, body, contentType, accept }: KubernetesRequest,
): Promise<KubernetesAnswer> {
  return new Promise((resolve, reject) => {
    const asked = httpsRequest(
      `${url}${path}`,
      {
        method,
        rejectUnauthorized: false,
        agent: false,
        timeout: 10_000,
        headers: {
          authorization: `Bearer ${token}`,
          accept: accept ?? 'application/json',
          ...(body === undefined ? {} : { 'content-type': contentType ?? 'application/json' }),
        },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          const isJson = response.headers['content-type']?.startsWith('application/json') ?? false;
          resolve({
            status: response.statusCode ?? 0,
            body: isJson ? JSON.parse(text) : text,
            warnings: [response.headers['warning'] ?? []].flat(),
          });
        });
        response.once('error', reject);
      },
    );
    asked.once('error', reject);
    asked.once('timeout', () => asked.destroy(new Error(`${method} ${path}: no answer in 10 s`)));
    asked.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
  });
}
