import { expect, test } from '@jest/globals';
import { LogBook } from './log-book.ts';

function suspicious(line: string | object): boolean {
  const book = new LogBook();
  book.see('scim-0', typeof line === 'string' ? line : JSON.stringify(line));
  return book.findings().length > 0;
}

test.each<[string, string | object, boolean]>([
  ['what a program tells', { level: 'info', msg: 'became leader' }, false],
  ['an error of the weather', { level: 'error', msg: 'run failed, will be tried again' }, false],
  ['a store that is away', { level: 'error', msg: 'request failed in the service', err: { type: 'StoreUnavailableError' } }, false],
  ['any other fault of a request', { level: 'error', msg: 'request failed in the service', err: { type: 'TypeError' } }, true],
  ['an error that nothing explains', { level: 'error', msg: 'outbox failed' }, true],
  ['a lease that was lost', { level: 'error', msg: 'leadership is lost; the lease is waited for again once all work has stopped' }, false],
  ['a program that ended', { level: 'fatal', msg: 'program failed', err: { type: 'TypeError' } }, true],
  ['a line that is no log', '(node:1) MaxListenersExceededWarning: Possible EventTarget memory leak detected', true],
])('%s', (_, line, isFinding) => {
  expect(suspicious(line)).toBe(isFinding);
});

test('warnings and errors are counted by their message', () => {
  const book = new LogBook();
  for (const level of ['warn', 'warn', 'info']) book.see('scim-0', JSON.stringify({ level, msg: 'pod gave no report' }));
  expect([...book.counts]).toEqual([['warn: pod gave no report', 2]]);
});
