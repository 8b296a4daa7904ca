import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, test } from '@jest/globals';
import { startTcpProxy } from './tcp-proxy.ts';

test('passes bytes on, refuses while it is cut, and passes them again after it healed', async () => {
  const target = createServer((_request, response) => response.end('here')).listen(0, '127.0.0.1');
  await once(target, 'listening');
  await using proxy = await startTcpProxy({ host: '127.0.0.1', port: (target.address() as AddressInfo).port });
  const ask = async (): Promise<string> => (await fetch(`http://127.0.0.1:${proxy.port}/`, { headers: { connection: 'close' } })).text();

  expect(await ask()).toBe('here');
  await proxy.cut();
  await expect(ask()).rejects.toThrow('fetch failed');
  await proxy.heal();
  expect(await ask()).toBe('here');

  target.close();
  target.closeAllConnections();
});
