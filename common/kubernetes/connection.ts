import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, type RequestOptions } from 'node:https';
import { withoutUndefined } from '../without-undefined.ts';
import type { ClusterAccess } from './cluster-access.ts';

/**
 * How long an idle connection is kept. The API server closes one after 90 s; we go first, so that a request is not
 * sent into a connection that is being closed.
 */
const IDLE_MS = 60_000;

/** TCP keep-alive finds a peer that vanished without a word; 30 s is what client-go asks for. */
const KEEP_ALIVE_PROBE_MS = 30_000;

type TlsIdentity = Pick<RequestOptions, 'ca' | 'cert' | 'key' | 'rejectUnauthorized' | 'servername'>;

/** The way to one API server: credentials read anew for each request, and connections that are used again. */
export class Connection {
  readonly server: URL;
  readonly #config: ClusterAccess;
  readonly #proxied: boolean;
  #identity: TlsIdentity = {};
  #agent: HttpAgent | null = null;

  constructor(config: ClusterAccess) {
    const cluster = config.getCurrentCluster();
    if (!cluster) throw new Error('the kubeconfig has no current cluster');
    this.server = new URL(cluster.server);
    this.#config = config;
    this.#proxied = Boolean(cluster.proxyUrl);
  }

  /**
   * Headers and agent for one request. The service account's token is read again when it is older than a minute
   * (the kubelet renews it long before it ends); client-node's own agent keeps no connection alive, so ours takes its place.
   */
  async options(): Promise<{ readonly headers: Record<string, string>; readonly agent: HttpAgent }> {
    const options: RequestOptions = {};
    await this.#config.applyToHTTPSOptions(options);
    const headers = Object.fromEntries(
      Object.entries(options.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value).trim()]),
    );
    if (options.auth) headers['authorization'] = `Basic ${Buffer.from(options.auth).toString('base64')}`;
    return { headers, agent: this.#proxied ? (options.agent as HttpAgent) : this.#agentFor(options) };
  }

  /** The server did not take the credentials. */
  refused(): void {
    this.#config.credentialsRefused?.();
  }

  close(): void {
    this.#agent?.destroy();
    this.#agent = null;
  }

  /** One agent until a certificate is renewed; requests that are under way on the old one end undisturbed. */
  #agentFor({ ca, cert, key, rejectUnauthorized, servername }: TlsIdentity): HttpAgent {
    const identity = { ca, cert, key, rejectUnauthorized, servername };
    if (this.#agent && sameIdentity(identity, this.#identity)) return this.#agent;
    const keep = { keepAlive: true, keepAliveMsecs: KEEP_ALIVE_PROBE_MS, timeout: IDLE_MS, scheduling: 'lifo' as const };
    this.#identity = identity;
    this.#agent = this.server.protocol === 'http:' ? new HttpAgent(keep) : new HttpsAgent({ ...keep, ...withoutUndefined(identity) });
    return this.#agent;
  }
}

function sameIdentity(a: TlsIdentity, b: TlsIdentity): boolean {
  return (['ca', 'cert', 'key', 'rejectUnauthorized', 'servername'] as const).every((name) => {
    const [one, other] = [a[name], b[name]];
    return one === other || (Buffer.isBuffer(one) && Buffer.isBuffer(other) && one.equals(other));
  });
}
