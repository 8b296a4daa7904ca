import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { getRequestListener, RequestError } from '@hono/node-server';
import { drainRequest } from './drain-request.ts';
import { errorBody, translateError } from './error-response.ts';
import { HttpError } from './http-error.ts';
import { answerToMalformed, rawAnswer } from './malformed-request.ts';
import { SCIM_MEDIA_TYPE } from './scim-response.ts';

/** What the app may do to the connection of a request. */
interface RequestConnection {
  readonly breakOff: () => void;
}

export interface HttpServerOptions {
  readonly app: { readonly fetch: (request: Request, connection: RequestConnection) => Response | Promise<Response> };
  readonly host: string;
  /** 0 takes a free port. */
  readonly port: number;
  /** Milliseconds from the connection to the end of a request's headers. */
  readonly headersTimeout?: number;
  /** Milliseconds from a request's first byte to its last. */
  readonly requestTimeout?: number;
  /** Milliseconds without a byte in either direction, after which a connection with a request on it is closed. */
  readonly stalledTimeout?: number;
  /** Milliseconds that running requests get to finish when the server is closed. */
  readonly drainTimeout?: number;
  /** Milliseconds that the rest of a body gets which was answered before it had come. */
  readonly drainRequestTimeout?: number;
}

export interface HttpServer extends AsyncDisposable {
  readonly port: number;
}

/** Room for a filter of 10,000 characters with each one percent-encoded, so that the app can say what is wrong with it. */
const MAX_HEADER_BYTES = 64 * 1024;

/** Longer than an ingress keeps its idle connections (nginx: 60 s), so that the ingress and not the pod closes them. */
const KEEP_ALIVE_TIMEOUT = 65_000;

/**
 * A streamed answer holds a page of members for as long as its client doesn't read. Twice what Okta waits for an answer, whose
 * socket is as quiet while the service works on it.
 */
const STALLED_TIMEOUT = 120_000;

/** How often time limits are looked at. Milliseconds. */
const TIMEOUT_CHECK_INTERVAL = 1_000;

/**
 * Serves the app over HTTP/1.1. Requests that are not HTTP get a SCIM error too. Disposing it takes no new connection,
 * lets running requests finish and closes the rest.
 * @throws Error when the port can't be listened on
 */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const listener = getRequestListener((request, { outgoing }) => options.app.fetch(request, { breakOff: () => void outgoing.destroy() }), {
    errorHandler: answerUnroutable,
    // It would cut a body off half a second after the answer; drainRequest waits for slower lines.
    autoCleanupIncoming: false,
  });
  const server = createServer({
    headersTimeout: options.headersTimeout ?? 10_000,
    requestTimeout: options.requestTimeout ?? 30_000,
    keepAliveTimeout: KEEP_ALIVE_TIMEOUT,
    connectionsCheckingInterval: TIMEOUT_CHECK_INTERVAL,
    maxHeaderSize: MAX_HEADER_BYTES,
    // Without a Host the listener's error handler answers, with a body.
    requireHostHeader: false,
  });
  server.setTimeout(options.stalledTimeout ?? STALLED_TIMEOUT);
  const running = new Set<ServerResponse>();
  server.on('request', (request, response) => {
    running.add(response);
    response.once('close', () => running.delete(response));
    response.once('finish', () => drainRequest(request, options.drainRequestTimeout));
    void listener(request, response);
  });
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => answerMalformed(error, socket, running));
  server.on('checkExpectation', (_request, response: ServerResponse) => {
    const body = JSON.stringify(errorBody({ status: 417, scimType: null, detail: 'only the expectation 100-continue is understood' }));
    // Whether the body comes all the same is the client's choice, so the connection carries no other request.
    response.writeHead(417, { 'Content-Type': SCIM_MEDIA_TYPE, 'Content-Length': Buffer.byteLength(body), Connection: 'close' }).end(body);
  });
  server.on('connect', (_request, socket) => {
    socket.on('error', () => socket.destroy());
    socket.end(rawAnswer({ status: 405, detail: 'CONNECT is not possible here' }, ['Allow: GET, HEAD, POST, PUT, PATCH, DELETE']));
  });
  server.listen(options.port, options.host);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => close(server, running, options.drainTimeout ?? 20_000),
  };
}

/** Answers what never reached a route: a URL or Host that can't be read, or a value that was thrown and is no Error. */
function answerUnroutable(error: unknown): Response {
  const answer = translateError(
    error instanceof RequestError ? new HttpError(400, 'the URL or the Host header of the request is not valid') : error,
  );
  return new Response(JSON.stringify(errorBody(answer)), {
    status: answer.status,
    headers: { 'Content-Type': SCIM_MEDIA_TYPE, ...answer.headers },
  });
}

function answerMalformed(error: NodeJS.ErrnoException, socket: Duplex, running: ReadonlySet<ServerResponse>): void {
  const begun = [...running].some((response) => response.socket === socket && response.headersSent);
  // Bytes behind the head of another answer would be read as part of it.
  if (begun || error.code === 'ECONNRESET' || !socket.writable) socket.destroy(error);
  else socket.end(rawAnswer(answerToMalformed(error.code)));
}

async function close(server: Server, running: ReadonlySet<ServerResponse>, drainTimeout: number): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  // A connection is closed behind its answer; it would otherwise wait for another request until its keep-alive ends.
  for (const response of running) {
    if (!response.headersSent) response.setHeader('Connection', 'close');
    response.once('close', () => setImmediate(() => server.closeIdleConnections()));
  }
  const timeout = new AbortController();
  const forced = sleep(drainTimeout, undefined, { signal: timeout.signal }).then(
    () => server.closeAllConnections(),
    () => undefined,
  );
  await closed;
  timeout.abort();
  await forced;
}
