import { readFile } from 'node:fs/promises';
import { createServer, Agent, request as httpsRequest } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ApiServer } from './api-server.ts';
import { listenCuttably } from './cuttable-server.ts';

export interface SeenRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Null until it is answered, and for ever when it was cut. */
  status: number | null;
}

export type RequestFilter = (request: SeenRequest) => boolean;

/** What happens to requests in the API server's place, or before it is asked. */
interface Fault {
  /** Answered with this, and the API server is not asked. */
  readonly answer?: { readonly status: number; readonly retryAfterSeconds?: number };
  readonly delayMs?: number;
}

/** A program's way to the API server, over which the weather may be bad. */
export interface ApiWeather extends AsyncDisposable {
  readonly port: number;
  /** All requests that the program has sent, oldest first. */
  readonly requests: readonly SeenRequest[];
  /** Requests from here on that are meant; all without a filter. */
  since(mark: number, isMeant?: RequestFilter): readonly SeenRequest[];
  /** Holds for requests that are meant until `clear`, in place of an earlier fault. */
  setFault(fault: Fault, isMeant?: RequestFilter): void;
  clear(): void;
  /** Drops the connections of all watches that are open. @returns how many */
  cutWatches(): number;
  /** Drops every connection and refuses new ones, until `heal`. */
  cut(): Promise<void>;
  heal(): Promise<void>;
}

const ALL: RequestFilter = () => true;

export const isWatch: RequestFilter = ({ query }) => query.get('watch') === 'true';
export const isWrite: RequestFilter = ({ method }) => method !== 'GET';
export const isOfLease: RequestFilter = ({ path }) => path.includes('/leases');

/** A reverse proxy in front of an API server, with that one's certificate. */
export async function startApiWeather(api: ApiServer): Promise<ApiWeather> {
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  const requests: SeenRequest[] = [];
  const watches = new Set<Socket>();
  let weather: { readonly fault: Fault; readonly isMeant: RequestFilter } | null = null;

  async function handle(inbound: IncomingMessage, answer: ServerResponse): Promise<void> {
    const url = new URL(inbound.url ?? '/', api.url);
    const seen: SeenRequest = { method: inbound.method ?? '', path: url.pathname, query: url.searchParams, status: null };
    requests.push(seen);
    const fault = weather?.isMeant(seen) ? weather.fault : {};
    if (fault.delayMs !== undefined) await sleep(fault.delayMs);
    if (fault.answer) {
      seen.status = fault.answer.status;
      inbound.resume();
      refuse(answer, fault.answer);
    } else pass(url, inbound, answer, seen);
  }

  function pass(url: URL, inbound: IncomingMessage, answer: ServerResponse, seen: SeenRequest): void {
    const { method, headers, socket } = inbound;
    const outbound = httpsRequest(url, { method, headers: { ...headers, host: url.host }, agent }, (response) => {
      seen.status = response.statusCode ?? null;
      answer.writeHead(response.statusCode ?? 502, response.headers);
      // The head of a watch has to go before there is an event.
      answer.flushHeaders();
      if (isWatch(seen)) watches.add(socket);
      response.pipe(answer);
      response.once('error', () => socket.destroy());
    });
    outbound.once('error', () => socket.destroy());
    answer.once('close', () => {
      watches.delete(socket);
      outbound.destroy();
    });
    inbound.pipe(outbound);
  }

  const [cert, key] = await Promise.all([readFile(api.tls.cert), readFile(api.tls.key)]);
  const server = createServer({ cert, key, keepAliveTimeout: 120_000 }, (inbound, answer) => void handle(inbound, answer));
  const { port, track, cut, heal } = await listenCuttably(server);
  for (const event of ['connection', 'secureConnection'] as const) server.on(event, track);

  return {
    port,
    requests,
    since: (mark, isMeant = ALL) => requests.slice(mark).filter(isMeant),
    setFault(fault, isMeant = ALL) {
      weather = { fault, isMeant };
    },
    clear() {
      weather = null;
    },
    cutWatches() {
      const open = [...watches];
      for (const socket of open) socket.destroy();
      return open.length;
    },
    cut,
    heal,
    async [Symbol.asyncDispose]() {
      await cut();
      agent.destroy();
    },
  };
}

/** As the API server itself would say it. */
function refuse(answer: ServerResponse, { status, retryAfterSeconds }: NonNullable<Fault['answer']>): void {
  const details = retryAfterSeconds === undefined ? {} : { details: { retryAfterSeconds } };
  answer.writeHead(status, {
    'content-type': 'application/json',
    ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
  });
  answer.end(JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message: 'bad weather', code: status, ...details }));
}
