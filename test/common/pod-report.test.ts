import { describe, expect, test } from '@jest/globals';
import { podReportSchema } from '#common/pod-report.ts';

/** As a pod of 0.1.0 writes it. */
const TENANT = {
  generation: 4,
  revision: '0123456789abcdef',
  epoch: 2,
  lastRequestTime: '2026-11-24T10:00:05.000Z',
  lastSuccessTime: null,
  users: 12,
  buckets: [{ start: 1_795_514_400, requests: 2, failures: { Uniqueness: 1 } }],
  deactivationWave: null,
  reprojection: null,
  recentFailures: [
    {
      time: '2026-11-24T10:00:05.000Z',
      operation: 'POST User',
      subject: 'e-1',
      reason: 'Uniqueness',
      message: 'userName is taken by another person of this tenant',
    },
  ],
  ignoredAttributes: ['nickName'],
  deletion: null,
};
const REPORT = { version: 1, bootId: 'boot-1', pod: 'pod-a', time: '2026-11-24T10:00:05.000Z', synced: true, tenants: { 'a/b': TENANT } };

describe('the report of a pod', () => {
  test('of 0.1.0 is read, and refuses nothing', () => {
    expect(podReportSchema.parse(REPORT)).toMatchObject({ ...REPORT, tenants: { 'a/b': { ...TENANT, refused: null } } });
  });

  test('of a newer version is read as far as it is known, at every level', () => {
    const [failure] = TENANT.recentFailures;
    const newer = {
      ...REPORT,
      zone: 'a',
      tenants: {
        'a/b': {
          ...TENANT,
          mood: 'low',
          buckets: [{ ...TENANT.buckets[0], seconds: 3, failures: { Uniqueness: 1, Boredom: 2 } }],
          recentFailures: [{ ...failure, reason: 'Boredom', retried: true }],
          refused: { revision: 'fedcba9876543210', reason: 'it requires "dreams"', since: '2026-11-24T10:00:00Z' },
        },
      },
    };
    const read = podReportSchema.parse(newer);
    expect(read.tenants['a/b']).toMatchObject({
      buckets: [{ start: 1_795_514_400, requests: 2, failures: { Uniqueness: 1, OtherClientError: 2 } }],
      recentFailures: [{ ...failure, reason: 'Boredom' }],
      refused: { revision: 'fedcba9876543210', reason: 'it requires "dreams"' },
    });
    expect(JSON.stringify(read)).not.toMatch(/zone|mood|seconds|retried|since/);
  });

  test('that means something else by its fields is not read', () => {
    expect(podReportSchema.safeParse({ ...REPORT, version: 2 }).success).toBe(false);
  });
});
