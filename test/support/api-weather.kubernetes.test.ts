import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { KubernetesClient } from '#common/kubernetes/client.ts';
import { loadKubeConfig } from '#common/kubernetes/kube-config.ts';
import { KubernetesUnreachableError } from '#common/kubernetes/kubernetes-api-error.ts';
import { watchEvents } from '#common/kubernetes/watch-events.ts';
import { startApiServer, type ApiServer } from './api-server.ts';
import { startApiWeather, isWatch, type ApiWeather } from './api-weather.ts';
import { waitUntil } from './wait-until.ts';

const NAMESPACES = { group: '', version: 'v1', plural: 'namespaces' };

describe('startApiWeather', () => {
  let api: ApiServer;
  let weather: ApiWeather;
  let client: KubernetesClient;

  beforeAll(async () => {
    api = await startApiServer();
    weather = await startApiWeather(api);
    client = new KubernetesClient(loadKubeConfig(await api.kubeconfigFor('admin', weather.port)));
  }, 120_000);

  afterAll(async () => {
    client.close();
    await weather[Symbol.asyncDispose]();
    await api[Symbol.asyncDispose]();
  });

  const ask = (): Promise<unknown> => client.request({ method: 'GET', path: '/api/v1/namespaces', query: { limit: 1 } });

  test('passes requests on and tells of them', async () => {
    const mark = weather.requests.length;
    await ask();
    await client.request({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: 'sunny' } } });
    await expect(client.request({ method: 'GET', path: '/none' })).rejects.toMatchObject({ status: 404 });
    expect(weather.since(mark).map(({ method, path, query, status }) => [method, path, query.get('limit'), status])).toEqual([
      ['GET', '/api/v1/namespaces', '1', 200],
      ['POST', '/api/v1/namespaces', null, 201],
      ['GET', '/none', null, 404],
    ]);
  });

  test('answers in the server’s place to those that are meant, and delays them', async () => {
    weather.setFault({ answer: { status: 429, retryAfterSeconds: 3 }, delayMs: 100 }, ({ method }) => method === 'GET');
    const begun = performance.now();
    await expect(ask()).rejects.toMatchObject({ status: 429, retryAfterSeconds: 3 });
    expect(performance.now() - begun).toBeGreaterThan(95);
    await client.request({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name: 'rainy' } } });
    weather.clear();
    await ask();
  });

  test('cuts watches that are open, and everything until it heals', async () => {
    const watch = async (): Promise<string> => {
      const options = { resourceVersion: '', timeoutSeconds: 60, idleMs: 60_000, onOpen() {}, signal: new AbortController().signal };
      let told = 0;
      try {
        for await (const event of watchEvents(client, { resource: NAMESPACES, namespace: null }, options))
          told += Number(event.type === 'ADDED');
        return 'ended';
      } catch {
        return told > 0 ? 'cut' : 'told nothing';
      }
    };
    const watching = watch();
    await waitUntil(() => weather.requests.some((request) => isWatch(request) && request.status === 200), { what: 'the watch' });
    await waitUntil(() => weather.cutWatches() === 1, { what: 'a watch to cut', intervalMs: 500 });
    expect(await watching).toBe('cut');
    await ask();
    await weather.cut();
    await expect(ask()).rejects.toBeInstanceOf(KubernetesUnreachableError);
    await weather.heal();
    await ask();
  });
});
