import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { KubernetesClient } from '#common/kubernetes/client.ts';
import { loadKubeConfig } from '#common/kubernetes/kube-config.ts';
import { resourcePath } from '#common/kubernetes/kubernetes-object.ts';
import { createLogger } from '#common/logger.ts';
import { waitUnlessAborted } from '#common/wait.ts';
import { LEASES } from '#operator/kube/lease.ts';
import { LeadershipLostError, LeaseElector, type LeaseTimings, type Term } from '#operator/kube/lease-elector.ts';
import { startApiServer, type ApiServer } from '#test/support/api-server.ts';
import { startProgram, type Program } from '#test/support/program.ts';
import { startTcpProxy } from '#test/support/tcp-proxy.ts';
import { waitUntil } from '#test/support/wait-until.ts';

/** The same proportions as the real ones, for what needs no real time. */
const QUICK: LeaseTimings = { leaseDurationSeconds: 2, renewMs: 400, retryMs: 200, patienceMs: 1_000, renewDeadlineMs: 1_300 };
const logger = createLogger({ program: 'test', level: 'silent' });

let server: ApiServer;
let admin: KubernetesClient;

beforeAll(async () => {
  server = await startApiServer();
  admin = new KubernetesClient(loadKubeConfig(server.kubeconfig));
}, 120_000);

afterAll(async () => {
  admin.close();
  await server[Symbol.asyncDispose]();
});

describe('LeaseElector', () => {
  test('of two replicas one leads; when it stops, the other takes over without waiting for the end of the lease', async () => {
    const lease = newName();
    const first = await replica(lease, 'a');
    await waitUntil(() => first.leads(), { what: 'the first leader' });
    first.elector.assertHeld();
    const second = await replica(lease, 'b');
    await sleep(QUICK.leaseDurationSeconds * 1_000 + 1_000);
    expect([first.leads(), second.leads()]).toEqual([true, false]);
    expect(() => second.elector.assertHeld()).toThrow(LeadershipLostError);

    const begun = performance.now();
    first.stop();
    await first.ended;
    expect(first.told).toEqual([true, false]);
    expect(() => first.elector.assertHeld()).toThrow(LeadershipLostError);
    await waitUntil(() => second.leads(), { what: 'the second leader', intervalMs: 10 });
    expect(performance.now() - begun).toBeLessThan(1_000);
    const { spec } = await read(lease);
    expect(spec.holderIdentity).toBe(second.elector.identity);
    expect(spec.leaseTransitions).toBe(1);
    expect(spec.renewTime).toMatch(/\.\d{6}Z$/);
    second.stop();
    await second.ended;
  });

  test('the work ends before the lease is given back', async () => {
    const lease = newName();
    let workEnded = false;
    const { elector, stop, ended } = await replica(lease, 'a', {
      async work({ signal }) {
        await waitUnlessAborted(60_000, signal);
        await sleep(2_500);
        expect((await read(lease)).spec.holderIdentity).toBe(elector.identity);
        elector.assertHeld();
        workEnded = true;
      },
    });
    await waitUntil(() => read(lease), { what: 'the lease' });
    await sleep(200);
    stop();
    await ended;
    expect(workEnded).toBe(true);
    expect((await read(lease)).spec.holderIdentity).toBe('');
  });

  test('work that fails ends the run with its error, and the lease is given back', async () => {
    const lease = newName();
    const { ended } = await replica(lease, 'a', {
      async work() {
        await sleep(1_000);
        throw new Error('a fault');
      },
    });
    await expect(ended).rejects.toThrow('a fault');
    expect((await read(lease)).spec.holderIdentity).toBe('');
  });

  test('a leader that is cut off stops acting before another may begin, and leads again when that one has gone', async () => {
    const lease = newName();
    await using proxy = await startTcpProxy({ host: '127.0.0.1', port: server.port });
    const first = await replica(lease, 'a', { port: proxy.port });
    await waitUntil(() => first.leads(), { what: 'the first leader' });
    const second = await replica(lease, 'b');
    await sleep(500);
    await proxy.cut();
    await waitUntil(() => !first.leads(), { what: 'the end of the first term', intervalMs: 10 });
    expect(() => first.elector.assertHeld()).toThrow(LeadershipLostError);
    expect([first.leads(), second.leads()]).toEqual([false, false]);
    await waitUntil(() => second.leads(), { what: 'the second leader' });
    await proxy.heal();
    await sleep(QUICK.leaseDurationSeconds * 1_000);
    expect([first.leads(), second.leads()]).toEqual([false, true]);
    second.stop();
    await second.ended;
    await waitUntil(() => first.leads(), { what: 'the second term' });
    expect(first.told).toEqual([true, false, true]);
    first.stop();
    await first.ended;
    expect(first.told).toEqual([true, false, true, false]);
  });

  test('a leader alone takes its own lease again at once when the server is back, however long it was away', async () => {
    const lease = newName();
    await using proxy = await startTcpProxy({ host: '127.0.0.1', port: server.port });
    const first = await replica(lease, 'a', { port: proxy.port });
    await waitUntil(() => first.leads(), { what: 'the first term' });
    await proxy.cut();
    await sleep(2 * QUICK.leaseDurationSeconds * 1_000);
    expect(first.told).toEqual([true, false]);
    await proxy.heal();
    await waitUntil(() => first.leads(), { what: 'the second term', timeoutMs: 2_000 });
    expect((await read(lease)).spec).toMatchObject({ holderIdentity: first.elector.identity, leaseTransitions: 0 });
    first.stop();
    await first.ended;
  });

  test('what the work has under way is given up when the lease is lost, and not when it is to end', async () => {
    const lease = newName();
    const seen: string[] = [];
    const first = await replica(lease, 'a', {
      async work({ signal, lost }) {
        await waitUnlessAborted(60_000, signal);
        seen.push(`${String(signal.aborted)} ${String(lost.aborted)}`);
      },
    });
    await waitUntil(() => first.leads(), { what: 'the first term' });
    await patch(lease, { spec: { holderIdentity: '' } });
    await waitUntil(() => first.told.length === 3, { what: 'the second term' });
    first.stop();
    await first.ended;
    expect(seen).toEqual(['true true', 'true false']);
  });

  test('work that does not end though the lease was lost ends the run: a second term beside it would lend it its right', async () => {
    const lease = newName();
    const first = await replica(lease, 'a', { work: () => new Promise<never>(() => {}), graceMs: 500 });
    await waitUntil(() => first.leads(), { what: 'the leader' });
    await patch(lease, { spec: { holderIdentity: 'somebody else' } });
    await expect(first.ended).rejects.toThrow('work went on 500 ms after the lease was lost');
    expect(first.told).toEqual([true, false]);
  });

  test('a short break of the API server costs no leadership', async () => {
    const lease = newName();
    await using proxy = await startTcpProxy({ host: '127.0.0.1', port: server.port });
    const first = await replica(lease, 'a', { port: proxy.port });
    await waitUntil(() => first.leads(), { what: 'the leader' });
    await proxy.cut();
    await sleep(600);
    await proxy.heal();
    await sleep(2_000);
    expect(first.told).toEqual([true]);
    first.stop();
    await first.ended;
  });

  test('a label that somebody puts on the lease costs no leadership and stays; another holder does cost it', async () => {
    const lease = newName();
    const first = await replica(lease, 'a');
    await waitUntil(() => first.leads(), { what: 'the leader' });
    await patch(lease, { metadata: { labels: { team: 'sre' } } });
    await sleep(1_500);
    expect(first.told).toEqual([true]);
    first.elector.assertHeld();
    expect((await read(lease)).metadata.labels).toEqual({ team: 'sre' });

    await patch(lease, { spec: { holderIdentity: 'somebody else' } });
    await waitUntil(() => !first.leads(), { what: 'the end of the term' });
    expect(first.told).toEqual([true, false]);
    // Somebody else never renews, so the lease runs out.
    await waitUntil(() => first.leads(), { what: 'the second term' });
    expect((await read(lease)).spec.leaseTransitions).toBe(1);
    first.stop();
    await first.ended;
  });

  test('a replica that never leads ends when it is told to', async () => {
    const lease = newName();
    const first = await replica(lease, 'a');
    await waitUntil(() => first.leads(), { what: 'the leader' });
    const second = await replica(lease, 'b');
    await sleep(300);
    second.stop();
    await second.ended;
    expect(second.told).toEqual([]);
    first.stop();
    await first.ended;
  });

  test('after kill -9 of the leader another leads within 20 s; a leader that was paused may not act when it wakes up', async () => {
    const [killed, paused] = [newName(), newName()];
    await using first = await holder(killed, 'killed');
    await using sleeper = await holder(paused, 'sleeper');
    await first.waitForLine(/^acts$/);
    await sleeper.waitForLine(/^acts$/);
    await using second = await holder(killed, 'second');
    await using other = await holder(paused, 'other');
    await sleep(2_000);

    process.kill(sleeper.pid, 'SIGSTOP');
    const begun = performance.now();
    await first.stop('SIGKILL');
    await second.waitForLine(/^leads$/, 25_000);
    expect(performance.now() - begun).toBeLessThan(20_000);
    await other.waitForLine(/^leads$/, 25_000);
    const before = sleeper.lines.length;
    process.kill(sleeper.pid, 'SIGCONT');
    await sleeper.waitForLine(/^stops$/);
    await sleep(3_000);
    const after = sleeper.lines.slice(before);
    expect(after).not.toContain('acts');
    expect(after.at(-1)).toBe('stops');
    expect(sleeper.running()).toBe(true);
    expect(await second.stop('SIGTERM')).toBe(0);
    expect(second.lines.at(-1)).toBe('ended');
  }, 90_000);
});

async function replica(
  lease: string,
  identity: string,
  options: { readonly port?: number; readonly work?: (term: Term) => Promise<void>; readonly graceMs?: number } = {},
) {
  const client = new KubernetesClient(loadKubeConfig(await server.kubeconfigFor('admin', options.port)));
  const told: boolean[] = [];
  let working = false;
  const elector = new LeaseElector({
    client,
    namespace: 'default',
    name: lease,
    identity,
    logger,
    timings: QUICK,
    ...(options.graceMs !== undefined && { graceMs: options.graceMs }),
    onLeading: (leading) => told.push(leading),
  });
  const stop = new AbortController();
  const onElected = async (term: Term): Promise<void> => {
    working = true;
    try {
      await (options.work ?? (({ signal }) => waitUnlessAborted(60_000, signal)))(term);
    } finally {
      working = false;
    }
  };
  const ended = elector.run({ onElected }, stop.signal).finally(() => client.close());
  ended.catch(() => {});
  return { elector, told, ended, stop: () => stop.abort(), leads: () => working };
}

async function holder(lease: string, identity: string): Promise<Program> {
  return startProgram('test/operator/kube/lease-holder.ts', { KUBECONFIG: server.kubeconfig, LEASE: lease, IDENTITY: identity });
}

function newName(): string {
  return `lease-${randomUUID().slice(0, 8)}`;
}

interface SeenLease {
  readonly metadata: { readonly labels?: Record<string, string> };
  readonly spec: { readonly holderIdentity: string; readonly leaseTransitions: number; readonly renewTime: string };
}

async function read(name: string): Promise<SeenLease> {
  return (await admin.request({ method: 'GET', path: resourcePath(LEASES, { namespace: 'default', name }) })) as SeenLease;
}

async function patch(name: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/merge-patch+json' };
  await admin.request({ method: 'PATCH', path: resourcePath(LEASES, { namespace: 'default', name }), headers, body });
}
