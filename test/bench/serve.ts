import { Registry } from 'prom-client';
import { createLogger } from '#common/logger.ts';
import { startHttpServer } from '#scim-service/http/server.ts';
import { createServiceMetrics } from '#scim-service/http/service-metrics.ts';
import { createServiceCore } from '#scim-service/service-core.ts';
import { BENCH_CONFIG } from './bench-tenant.ts';
import { startFloor } from './floor.ts';
import { openStore } from './open-store.ts';

/**
 * A process of the benchmark: `serve.ts <service|floor> <store>`. It tells its port, and what it uses whenever it is asked, over
 * the channel to its parent, and ends with it.
 */

const [, , kind, address = ''] = process.argv;
const stack = new AsyncDisposableStack();
const port = kind === 'floor' ? await startFloor(await openStore(address, stack)) : await startService();

process.on('message', () => process.send?.({ rss: process.memoryUsage.rss(), cpu: process.cpuUsage() }));
process.once('disconnect', () => process.exit());
process.send?.({ port });

/** As in production, its log at level info included; where standard output goes is for the parent to say. */
async function startService(): Promise<number> {
  const metrics = createServiceMetrics(new Registry());
  const core = createServiceCore({
    store: await openStore(address, stack, (operation, seconds) => metrics.storeOperation(operation, seconds)),
    feed: {
      async run(sink) {
        sink.set(BENCH_CONFIG);
        sink.synced();
      },
    },
    metrics,
    logger: createLogger({ program: 'bench', level: 'info' }),
    clock: Date.now,
    externalUrl: 'https://scim.example.com',
    docsUrl: null,
    pod: 'bench',
  });
  await core.run(new AbortController().signal);
  return stack.use(await startHttpServer({ app: core.app, host: '127.0.0.1', port: 0 })).port;
}
