import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import type { ClusterAccess } from './cluster-access.ts';
import { Connection } from './connection.ts';
import { kubernetesApiError, KubernetesApiError, KubernetesUnreachableError } from './kubernetes-api-error.ts';

/** A write waits for etcd and admission, 30 s at the most; a list of 500 objects takes far less. */
const ANSWER_TIMEOUT_MS = 30_000;

type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface KubernetesRequest {
  readonly method: Method;
  /** Path below the server's URL, for example `/api/v1/namespaces/team-hr/secrets`. */
  readonly path: string;
  /** Undefined values are left out. */
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; its content type is `application/json` unless `headers` say otherwise. */
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

/** One answer of the API server: its HTTP status, or `<error>` when none came, as client-go names it. */
export interface ClientMetrics {
  requested(method: Method, code: string): void;
}

const NO_METRICS: ClientMetrics = { requested() {} };

/**
 * Speaks REST with one API server.
 * client-node's own API classes open a TLS connection for each request and turn every object into class instances.
 */
export class KubernetesClient {
  readonly #connection: Connection;
  readonly #metrics: ClientMetrics;

  constructor(config: ClusterAccess, metrics: ClientMetrics = NO_METRICS) {
    this.#connection = new Connection(config);
    this.#metrics = metrics;
  }

  /**
   * @returns the answer's JSON
   * @throws KubernetesApiError for an answer of 400 and above, KubernetesUnreachableError when there was none,
   *   the signal's reason when it aborted
   */
  async request(request: KubernetesRequest): Promise<unknown> {
    return this.#inTime(request, async (signal) => parseJson(await text(await this.#send(request, signal))));
  }

  /**
   * Opens an answer that goes on, such as a watch. The stream ends with an error when the connection breaks or the signal aborts.
   * @throws as `request` does, until the answer has begun
   */
  async stream(request: KubernetesRequest): Promise<IncomingMessage> {
    return this.#inTime(request, (signal) => this.#send(request, signal));
  }

  /** Closes connections that are kept for later. */
  close(): void {
    this.#connection.close();
  }

  async #inTime<T>(request: KubernetesRequest, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Error(`no answer within ${ANSWER_TIMEOUT_MS} ms`)), ANSWER_TIMEOUT_MS);
    try {
      return await act(request.signal ? AbortSignal.any([request.signal, late.signal]) : late.signal);
    } catch (error) {
      this.#metrics.requested(request.method, error instanceof KubernetesApiError ? String(error.status) : '<error>');
      if (error instanceof KubernetesApiError) throw error;
      request.signal?.throwIfAborted();
      throw new KubernetesUnreachableError(`${request.method} ${request.path}`, abortCause(error));
    } finally {
      clearTimeout(timer);
    }
  }

  /** Gives the answer once its head is there and is a success. */
  async #send(request: KubernetesRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const response = await this.#attempt(request, signal);
    const status = response.statusCode ?? 0;
    if (status < 200 || status >= 300) {
      const body = parseLeniently(await text(response));
      throw kubernetesApiError(`${request.method} ${request.path}`, status, body, response.headers['retry-after']);
    }
    this.#metrics.requested(request.method, String(status));
    return response;
  }

  async #attempt(request: KubernetesRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const { headers, agent } = await this.#connection.options();
    signal.throwIfAborted();
    const { server } = this.#connection;
    const url = new URL(server.href.replace(/\/$/, '') + request.path);
    for (const [name, value] of Object.entries(request.query ?? {})) if (value !== undefined) url.searchParams.set(name, String(value));
    const body = request.body === undefined ? null : Buffer.from(JSON.stringify(request.body));
    const send = server.protocol === 'http:' ? httpRequest : httpsRequest;
    return new Promise((resolve, reject) => {
      const sent = send(url, {
        method: request.method,
        agent,
        signal,
        headers: {
          accept: 'application/json',
          'user-agent': 'scim-operator',
          ...(body && { 'content-type': 'application/json', 'content-length': body.length }),
          ...headers,
          ...request.headers,
        },
      });
      sent.once('response', resolve);
      sent.on('error', (error: NodeJS.ErrnoException) => {
        // The server closed a kept connection just as it was used again; Node's documentation of `reusedSocket`
        // says to try anew. A POST might have been carried out, so its caller decides.
        const stale = sent.reusedSocket && (error.code === 'ECONNRESET' || error.code === 'EPIPE') && request.method !== 'POST';
        if (stale && !signal.aborted) this.#attempt(request, signal).then(resolve, reject);
        else reject(error);
      });
      sent.end(body ?? undefined);
    });
  }
}

/** Node reports an abort as an AbortError whose cause is the signal's reason. */
function abortCause(error: unknown): unknown {
  return error instanceof Error && error.name === 'AbortError' && error.cause !== undefined ? error.cause : error;
}

function parseJson(body: string): unknown {
  return body === '' ? null : (JSON.parse(body) as unknown);
}

/** An error's body may come from a proxy in the way. */
function parseLeniently(body: string): unknown {
  try {
    return parseJson(body);
  } catch {
    return body;
  }
}
