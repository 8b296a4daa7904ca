import { Registry } from 'prom-client';
import { createLogger } from '#common/logger.ts';
import { tenantKey } from '#common/tenant-key.ts';
import { startHttpServer } from '#scim-service/http/server.ts';
import { createServiceMetrics } from '#scim-service/http/service-metrics.ts';
import { createServiceCore } from '#scim-service/service-core.ts';
import type { ConfigSink } from '#scim-service/tenancy/config-feed.ts';
import { MAPPINGS, type MappingName } from './bench-mappings.ts';
import { openStore } from './open-store.ts';

/**
 * A pod of the benchmark of a changed mapping: `serve-mapping.ts <store> <mapping>`. A message names the mapping to change to,
 * or asks with `report` what the pod's report says of the re-projection.
 */

const [, , address = '', first = 'before'] = process.argv;
const stack = new AsyncDisposableStack();
const sinks = new Set<ConfigSink>();
const core = createServiceCore({
  store: await openStore(address, stack),
  feed: {
    run(sink, signal) {
      sinks.add(sink);
      sink.set(MAPPINGS[first as MappingName]);
      sink.synced();
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
    },
  },
  metrics: createServiceMetrics(new Registry()),
  logger: createLogger({ program: 'bench', level: 'info' }),
  clock: Date.now,
  externalUrl: 'https://scim.example.com',
  docsUrl: null,
  pod: 'bench',
});
const stop = new AbortController();
void core.run(stop.signal);
const server = stack.use(await startHttpServer({ app: core.app, host: '127.0.0.1', port: 0 }));

process.on('message', (message) => {
  if (message === 'report') process.send?.(core.report().tenants[tenantKey(MAPPINGS.before)]?.reprojection ?? null);
  else for (const sink of sinks) sink.set(MAPPINGS[message as MappingName]);
});
process.once('disconnect', () => process.exit());
process.send?.({ port: server.port });
