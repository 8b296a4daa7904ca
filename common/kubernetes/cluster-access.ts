import type { RequestOptions } from 'node:https';
import type { Cluster, Context, KubeConfig, User } from '@kubernetes/client-node';
import { withoutUndefined } from '../without-undefined.ts';
import { FreshFile } from './fresh-file.ts';

/** Where one API server is, and who we are there. client-node's KubeConfig is one. */
export interface ClusterAccess extends Pick<
  KubeConfig,
  'getCurrentCluster' | 'getCurrentUser' | 'getCurrentContext' | 'getContextObject' | 'applyToHTTPSOptions'
> {
  /** The server did not take the credentials; what was renewed in the meantime is read for the next request. */
  credentialsRefused?(): void;
}

export interface PlainAccessParts {
  /** Has no `proxyUrl`. */
  readonly cluster: Cluster;
  /** Has a token, a file with one (`authProvider` of the name `tokenFile`), a certificate, or nothing. */
  readonly user: User;
  readonly context: Context;
  /** Milliseconds of a monotonic clock. */
  readonly now?: () => number;
}

/**
 * Access by a token or a certificate, which is what pods have and most kubeconfigs. It spares a process client-node, whose
 * classes for every kind of Kubernetes come with its KubeConfig: 50 to 70 MiB of memory, and half a second of a start.
 */
export class PlainAccess implements ClusterAccess {
  readonly #parts: PlainAccessParts;
  readonly #files = new Map<string, FreshFile>();

  constructor(parts: PlainAccessParts) {
    this.#parts = parts;
  }

  getCurrentCluster(): Cluster {
    return this.#parts.cluster;
  }

  getCurrentUser(): User {
    return this.#parts.user;
  }

  getCurrentContext(): string {
    return this.#parts.context.name;
  }

  getContextObject(name: string): Context | null {
    return name === this.#parts.context.name ? this.#parts.context : null;
  }

  /**
   * Sets what is known, headers included.
   * @throws Error when a file can't be read
   */
  async applyToHTTPSOptions(options: RequestOptions): Promise<void> {
    const { cluster, user } = this.#parts;
    const tokenFile = tokenFileOf(user);
    const token = tokenFile === undefined ? user.token : this.#read(tokenFile)?.trim();
    const given = {
      ca: this.#read(cluster.caFile) ?? decoded(cluster.caData),
      cert: this.#read(user.certFile) ?? decoded(user.certData),
      key: this.#read(user.keyFile) ?? decoded(user.keyData),
      servername: cluster.tlsServerName,
      rejectUnauthorized: cluster.skipTLSVerify ? false : undefined,
      headers: token ? { Authorization: `Bearer ${token}` } : undefined,
    };
    Object.assign(options, withoutUndefined(given));
  }

  credentialsRefused(): void {
    for (const file of this.#files.values()) file.forget();
  }

  #read(path: string | undefined): string | undefined {
    if (path === undefined) return undefined;
    const file = this.#files.get(path) ?? new FreshFile(path, this.#parts.now);
    this.#files.set(path, file);
    return file.read();
  }
}

function tokenFileOf({ authProvider }: User): string | undefined {
  const path: unknown = authProvider?.config?.['tokenFile'];
  return typeof path === 'string' ? path : undefined;
}

function decoded(base64: string | undefined): string | undefined {
  return base64 === undefined ? undefined : Buffer.from(base64, 'base64').toString('utf8');
}
