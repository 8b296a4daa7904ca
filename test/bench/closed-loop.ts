import { connect, type Socket } from 'node:net';

export interface LoadRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly body?: unknown;
}

export interface LoadResult {
  readonly operations: number;
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Answers by status. */
  readonly statuses: Readonly<Record<string, number>>;
}

export interface LoadOptions {
  readonly port: number;
  readonly token: string;
  readonly connections: number;
  readonly seconds: number;
  /** The n-th request, counted over all connections. */
  readonly request: (n: number) => LoadRequest;
}

/**
 * Each connection sends its next request when the last was answered. Speaks HTTP/1.1 on bare sockets, so that the client costs
 * as little as it can beside the server on a small machine.
 */
export async function runClosedLoop(options: LoadOptions): Promise<LoadResult> {
  const latencies: number[] = [];
  const statuses: Record<string, number> = {};
  const begin = performance.now();
  const end = begin + options.seconds * 1_000;
  let next = 0;
  const work = Array.from({ length: options.connections }, async () => {
    const connection = new Connection(options.port);
    try {
      while (performance.now() < end) {
        const sent = performance.now();
        const status = await connection.send(encode(options.request(next++), options.token));
        latencies.push(performance.now() - sent);
        statuses[status] = (statuses[status] ?? 0) + 1;
      }
    } finally {
      connection.close();
    }
  });
  await Promise.all(work);
  const seconds = (performance.now() - begin) / 1_000;
  const sorted = Float64Array.from(latencies).sort();
  const quantile = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { operations: sorted.length, perSecond: sorted.length / seconds, p50: quantile(0.5), p99: quantile(0.99), statuses };
}

function encode({ method, path, body }: LoadRequest, token: string): Buffer {
  const text = body === undefined ? '' : JSON.stringify(body);
  const head = [`${method} ${path} HTTP/1.1`, 'Host: 127.0.0.1', `Authorization: Bearer ${token}`, 'Accept: application/scim+json'];
  if (text !== '') head.push('Content-Type: application/scim+json', `Content-Length: ${Buffer.byteLength(text)}`);
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${text}`);
}

/** One keep-alive connection with one request under way at a time. */
class Connection {
  readonly #socket: Socket;
  #received = '';
  #waiting: PromiseWithResolvers<number> | null = null;

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (chunk: string) => this.#take(chunk));
    this.#socket.on('error', (error) => this.#waiting?.reject(error));
    this.#socket.on('close', () => this.#waiting?.reject(new Error('the server closed the connection')));
  }

  send(request: Buffer): Promise<number> {
    this.#waiting = Promise.withResolvers<number>();
    this.#socket.write(request);
    return this.#waiting.promise;
  }

  close(): void {
    this.#waiting = null;
    this.#socket.destroy();
  }

  #take(chunk: string): void {
    this.#received += chunk;
    const headEnd = this.#received.indexOf('\r\n\r\n');
    if (headEnd < 0 || !isWhole(this.#received, headEnd)) return;
    const status = Number(this.#received.slice(9, 12));
    this.#received = '';
    this.#waiting?.resolve(status);
  }
}

/** There is never a byte of a next answer behind this one, so its end is all that has to be found. */
function isWhole(answer: string, headEnd: number): boolean {
  const head = answer.slice(0, headEnd).toLowerCase();
  const length = /content-length: (\d+)/.exec(head)?.[1];
  if (length !== undefined) return answer.length >= headEnd + 4 + Number(length);
  return head.includes('transfer-encoding: chunked') ? answer.endsWith('\r\n0\r\n\r\n') : true;
}
