import { KubernetesClient } from '#common/kubernetes/client.ts';
import { loadKubeConfig } from '#common/kubernetes/kube-config.ts';
import { createLogger } from '#common/logger.ts';
import { waitUnlessAborted } from '#common/wait.ts';
import { LeaseElector } from '#operator/kube/lease-elector.ts';

/**
 * A replica for lease-elector.kubernetes.test.ts, that can be killed and paused: says `leads` once it is elected, then `acts`
 * or `may not act` every 100 ms while its work lasts, and `stops` when it ends.
 */
const client = new KubernetesClient(loadKubeConfig(process.env['KUBECONFIG'] ?? null));
const elector = new LeaseElector({
  client,
  namespace: 'default',
  name: process.env['LEASE'] ?? '',
  identity: process.env['IDENTITY'] ?? '',
  logger: createLogger({ program: 'lease-holder', level: 'silent' }),
});
const stop = new AbortController();
process.once('SIGTERM', () => stop.abort());

const say = (word: string): void => void process.stdout.write(`${word}\n`);

try {
  await elector.run(
    {
      async onElected({ signal }) {
        say('leads');
        while (!signal.aborted) {
          try {
            elector.assertHeld();
            say('acts');
          } catch {
            say('may not act');
          }
          await waitUnlessAborted(100, signal);
        }
        say('stops');
      },
    },
    stop.signal,
  );
  say('ended');
} catch (error) {
  say(`failed: ${String(error)}`);
  process.exitCode = 1;
} finally {
  client.close();
}
