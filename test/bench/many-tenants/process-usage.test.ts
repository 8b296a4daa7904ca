import { expect, test } from '@jest/globals';
import { parseStat, parseStatus, usageOf } from './process-usage.ts';

test('memory is read in bytes', () => {
  const status = 'Name:\tnode\nVmPeak:\t 9999999 kB\nVmHWM:\t  227328 kB\nVmRSS:\t  204800 kB\nRssAnon:\t  100 kB\n';
  expect(parseStatus(status)).toEqual({ rss: 200 * 2 ** 20, peakRss: 222 * 2 ** 20 });
});

test('processor time is user and system, whatever the program is called', () => {
  const stat = '4711 (a (strange) 1 2 name) S 1 4711 4711 0 -1 4194560 1234 0 5 0 250 75 1 2 20 0 11 0 12345 1000000 5000';
  expect(parseStat(stat)).toBe(3.25);
});

test('what the kernel says of this process fits what Node says', async () => {
  const { rss, peakRss, cpu } = await usageOf(process.pid);
  const { user, system } = process.cpuUsage();
  expect(rss).toBeGreaterThan(2 ** 20);
  expect(peakRss).toBeGreaterThanOrEqual(rss);
  expect(cpu).toBeLessThanOrEqual((user + system) / 1e6 + 0.02);
  expect(cpu).toBeGreaterThan(0);
});
