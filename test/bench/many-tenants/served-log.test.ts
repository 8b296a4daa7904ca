import { expect, test } from '@jest/globals';
import { ServedLog } from './served-log.ts';

const line = (tenant: string, generation: number, time: string): string =>
  JSON.stringify({ level: 'info', time, program: 'scim-service', tenant, generation, msg: 'tenant config is served' });

const FIRST = '2026-11-24T12:00:00.000Z';
const SECOND = '2026-11-24T12:00:00.250Z';

test('tells when a generation or a later one was served first', () => {
  const log = new ServedLog(['not JSON', line('team/a', 1, FIRST), line('team/a', 3, SECOND), line('team/b', 1, SECOND)]);
  expect(log.count()).toBe(2);
  expect(log.lastAt()).toBe(Date.parse(SECOND));
  expect([1, 2, 3, 4].map((generation) => log.servedAt('team/a', generation))).toEqual([
    Date.parse(FIRST),
    Date.parse(SECOND),
    Date.parse(SECOND),
    null,
  ]);
  expect(log.servedAt('team/c', 1)).toBeNull();
});

test('reads on as the program writes', () => {
  const lines: string[] = [];
  const log = new ServedLog(lines);
  expect([log.count(), log.lastAt()]).toEqual([0, null]);
  lines.push(line('team/a', 1, FIRST));
  expect([log.count(), log.lastAt()]).toEqual([1, Date.parse(FIRST)]);
});
