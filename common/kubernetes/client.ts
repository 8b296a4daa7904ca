import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { ClusterAccess } from './cluster-access.ts';
import { Connection } from './connection.ts';
import { kubernetesApiError, KubernetesApiError, KubernetesUnreachableError, WriteRefusedError } from './kubernetes-api-error.ts';

/**
 * A write waits for etcd and admission, 30 s at the most. Counted anew while an answer comes in: a list of everything over
 * a slow line is no dead server, and given up it would be begun anew for ever.
 */
const SILENCE_MS = 30_000;

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

/** What ends or forbids requests, for a client that belongs to one term of a leader. */
export interface ClientLimits {
  /** Requests that are under way when it aborts are given up, and none is sent afterwards. */
  readonly until?: AbortSignal;
  /**
   * Asked before each write, when the connection is there and nothing stands between the answer and the first byte. A
   * process may be paused anywhere before. Throws when the write must not be sent.
   */
  readonly assertMayWrite?: () => void;
  /** How long a server may say nothing; 30 s. */
  readonly silenceMs?: number;
}

/**
 * Speaks REST with one API server.
 * client-node's own API classes open a TLS connection for each request and turn every object into class instances.
 */
export class KubernetesClient {
  readonly #connection: Connection;
  readonly #metrics: ClientMetrics;
  readonly #limits: ClientLimits;

  constructor(config: ClusterAccess, metrics: ClientMetrics = NO_METRICS, limits: ClientLimits = {}) {
    this.#connection = new Connection(config);
    this.#metrics = metrics;
    this.#limits = limits;
  }

  /**
   * @returns the answer's JSON
   * @throws KubernetesApiError for an answer of 400 and above, KubernetesUnreachableError when there was none,
   *   WriteRefusedError when it was a write and the client's limits forbid it, the signal's reason when it aborted
   */
  async request(request: KubernetesRequest): Promise<unknown> {
    return this.#inTime(request, async (signal, heard) => parseJson(await read(await this.#send(request, signal), heard)));
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

  async #inTime<T>(request: KubernetesRequest, act: (signal: AbortSignal, heard: () => void) => Promise<T>): Promise<T> {
    const { until, silenceMs = SILENCE_MS } = this.#limits;
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(new Error(`no answer within ${silenceMs} ms`)), silenceMs);
    const signals = [request.signal, until, late.signal].filter((signal) => signal !== undefined);
    try {
      return await act(AbortSignal.any(signals), () => timer.refresh());
    } catch (error) {
      if (error instanceof WriteRefusedError) throw error;
      this.#metrics.requested(request.method, error instanceof KubernetesApiError ? String(error.status) : '<error>');
      if (error instanceof KubernetesApiError) throw error;
      request.signal?.throwIfAborted();
      until?.throwIfAborted();
      throw new KubernetesUnreachableError(
        `${request.method} ${request.path}`,
        late.signal.aborted ? late.signal.reason : abortCause(error),
        late.signal.aborted,
      );
    } finally {
      clearTimeout(timer);
    }
  }

  /** Gives the answer once its head is there and is a success. */
  async #send(request: KubernetesRequest, signal: AbortSignal): Promise<IncomingMessage> {
    const response = await this.#attempt(request, signal);
    const status = response.statusCode ?? 0;
    if (status < 200 || status >= 300) {
      const body = parseLeniently(await read(response));
      if (status === 401) this.#connection.refused();
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
      const { assertMayWrite } = this.#limits;
      if (request.method === 'GET' || !assertMayWrite) sent.end(body ?? undefined);
      else whenConnected(sent, () => endUnlessRefused(sent, body, assertMayWrite));
    });
  }
}

/** Node sends nothing of a request before its end or its first piece of body. */
function whenConnected(sent: ClientRequest, act: () => void): void {
  sent.once('socket', (socket) => {
    if (socket.connecting) socket.once('encrypted' in socket ? 'secureConnect' : 'connect', act);
    else act();
  });
}

function endUnlessRefused(sent: ClientRequest, body: Buffer | null, assertMayWrite: () => void): void {
  try {
    assertMayWrite();
  } catch (error) {
    sent.destroy(new WriteRefusedError(`${sent.method} ${sent.path}`, error));
    return;
  }
  sent.end(body ?? undefined);
}

async function read(response: IncomingMessage, heard: () => void = () => {}): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) {
    heard();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
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
