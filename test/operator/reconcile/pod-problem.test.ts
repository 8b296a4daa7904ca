import { describe, expect, test } from '@jest/globals';
import { podCount, podProblem } from '#operator/reconcile/pod-problem.ts';
import { CONFIG, pods } from '#test/support/an-observed.ts';

const DREAMS = 'it requires "dreams", which this pod does not know';
const CONSEQUENCE = 'they go on with the last configuration that they can serve, and without one answer 503';

describe('what keeps a configuration from being served', () => {
  test.each<[name: string, count: Parameters<typeof podProblem>[0], message: string | null]>([
    ['nothing, when enough pods serve it', { pods: 2, acknowledged: 2, refusals: [DREAMS] }, null],
    ['no pod', { pods: 0, acknowledged: 0, refusals: [] }, 'No pod of the SCIM service is there; check that it is installed and running'],
    [
      'pods that have it not yet',
      { pods: 2, acknowledged: 1, refusals: [] },
      'Not every pod of the SCIM service serves this configuration yet; status.programmed counts them',
    ],
    [
      'pods that refuse it, for one reason',
      { pods: 3, acknowledged: 1, refusals: [DREAMS, DREAMS] },
      `2 of 3 pods of the SCIM service refuse this configuration: ${DREAMS}; ${CONSEQUENCE}`,
    ],
    [
      'pods that refuse it, of which some are going, for many reasons',
      { pods: 2, acknowledged: 0, refusals: ['a', 'b', 'c'] },
      `2 of 2 pods of the SCIM service refuse this configuration: a; b; ${CONSEQUENCE}`,
    ],
  ])('is %s', (_, count, message) => {
    expect(podProblem(count)?.message ?? null).toBe(message);
  });

  test('is known once the pods were asked', () => {
    expect(podCount(null, 'r')).toEqual({ pods: 0, acknowledged: 0, refusals: [] });
    expect(podCount(pods(CONFIG, { revisions: ['r', '', 'r', 'r'], refusals: [DREAMS] }), 'r')).toEqual({
      pods: 2,
      acknowledged: 2,
      refusals: [DREAMS],
    });
  });
});
