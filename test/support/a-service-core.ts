import { Registry } from 'prom-client';
import type { TenantConfig } from '#common/tenant-config.ts';
import { startHttpServer } from '#scim-service/http/server.ts';
import { createServiceMetrics } from '#scim-service/http/service-metrics.ts';
import type { ScimStore } from '#scim-service/provisioning/scim-store.ts';
import { createServiceCore } from '#scim-service/service-core.ts';
import { aLog } from './a-log.ts';
import { createScimClient, type ScimClient } from './scim-client.ts';

export interface RunningServiceCore extends AsyncDisposable {
  readonly client: ScimClient;
}

/** The service over a real store, on a free port, with real time; its one tenant has the token `token`. */
export async function startServiceCore(store: ScimStore, config: TenantConfig): Promise<RunningServiceCore> {
  const core = createServiceCore({
    store,
    feed: {
      async run(sink) {
        sink.set(config);
        sink.synced();
      },
    },
    metrics: createServiceMetrics(new Registry()),
    logger: aLog().logger,
    clock: Date.now,
    externalUrl: null,
    docsUrl: null,
    pod: 'test',
  });
  await core.run(AbortSignal.abort());
  const server = await startHttpServer({ app: core.app, host: '127.0.0.1', port: 0 });
  return {
    client: createScimClient(`http://127.0.0.1:${server.port}/${config.namespace}/${config.name}/scim/v2`, 'token'),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
