import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { parse } from 'yaml';

export interface KubeAnswer {
  readonly status: number;
  /** Parsed JSON. */
  // eslint-disable-next-line typescript/no-explicit-any -- a test reads deep into answers of any kind.
  readonly body: any;
}

export interface KubeRequest {
  /** A string is sent as it is; anything else as JSON. */
  readonly body?: unknown;
  /** `application/json` unless told. */
  readonly type?: string;
  readonly accept?: string;
}

/** Plain requests to an API server with the first user of a kubeconfig, for what a typed client hides. */
export async function kubeRequests(
  kubeconfig: string,
): Promise<(method: string, path: string, options?: KubeRequest) => Promise<KubeAnswer>> {
  const config = parse(await readFile(kubeconfig, 'utf8')) as {
    clusters: [{ cluster: { server: string } }];
    users: [{ user: { token: string } }];
  };
  const { server } = config.clusters[0].cluster;
  const { token } = config.users[0].user;
  return (method, path, { body, type = 'application/json', accept = 'application/json' } = {}) =>
    new Promise((resolve, reject) => {
      const sent = request(
        `${server}${path}`,
        {
          method,
          agent: false,
          rejectUnauthorized: false,
          headers: { authorization: `Bearer ${token}`, accept, ...(body === undefined ? {} : { 'content-type': type }) },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            try {
              resolve({ status: response.statusCode ?? 0, body: text === '' ? null : JSON.parse(text) });
            } catch {
              resolve({ status: response.statusCode ?? 0, body: text });
            }
          });
        },
      );
      sent.once('error', reject);
      sent.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
    });
}
