import { describe, expect, test } from '@jest/globals';
import { closingLine, suitesToLeaveOut } from './suite-selection.ts';

describe('suitesToLeaveOut', () => {
  test('leaves nothing out when every part is there', () => {
    expect(suitesToLeaveOut({ kubernetes: null, mongodb: null, helm: null, patience: null })).toEqual([]);
  });

  test('leaves out what needs the missing part, end-to-end suites included, with the reason', () => {
    expect(suitesToLeaveOut({ kubernetes: 'no Go', mongodb: null, helm: null, patience: null })).toEqual([
      { suffix: '.kubernetes.test.ts', reason: 'no Go' },
      { suffix: '.e2e.test.ts', reason: 'no Go' },
    ]);
    expect(suitesToLeaveOut({ kubernetes: null, mongodb: 'no Python', helm: null, patience: null }).map(({ suffix }) => suffix)).toEqual([
      '.mongodb.test.ts',
      '.e2e.test.ts',
    ]);
  });

  test('leaves out what renders the chart when helm is missing, and nothing else', () => {
    expect(suitesToLeaveOut({ kubernetes: null, mongodb: null, helm: 'no Go', patience: null }).map(({ suffix }) => suffix)).toEqual([
      '.helm.test.ts',
      '.helm.kubernetes.test.ts',
      '.helm.e2e.test.ts',
    ]);
  });
});

describe('closingLine', () => {
  test('counts tests, and a suite that could not be loaded as a failure', () => {
    const report = JSON.stringify({
      numPassedTests: 5,
      numFailedTests: 1,
      numRuntimeErrorTestSuites: 2,
      numPendingTests: 0,
      numTodoTests: 0,
    });
    expect(closingLine(report)).toEqual({ line: '5 passed, 3 failed', ran: 8 });
  });

  test('names skipped tests', () => {
    expect(closingLine(JSON.stringify({ numPassedTests: 1, numPendingTests: 2 })).line).toBe('1 passed, 0 failed, 2 skipped');
  });

  test('says that nothing ran when there is no report', () => {
    expect(closingLine('')).toEqual({ line: '0 passed, 0 failed', ran: 0 });
  });
});
