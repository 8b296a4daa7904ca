import { describe, expect, test } from '@jest/globals';
import { changedGroup, groupResource, newGroup } from '#scim-service/domain/next-group.ts';
import { compileTenantModel } from '#scim-service/domain/tenant-model.ts';
import { aStoredGroup } from '#test/support/a-group.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';

const model = compileTenantModel(aTenantConfig());
const stored = aStoredGroup({ version: 3, resource: { displayName: 'Tours', externalId: 'e1' } });
const later = new Date('2026-12-01T00:00:00Z');

describe('groupResource', () => {
  test('keeps displayName and externalId and takes the members out', () => {
    const resource = { externalId: 'e1', displayName: ' Tours ', members: [{ value: 'a' }] };
    expect(groupResource(resource)).toEqual({ externalId: 'e1', displayName: ' Tours ' });
  });

  test.each([{}, { displayName: ' ' }, { externalId: 'e1' }])('refuses %j, which has no displayName', (resource) => {
    expect(() => groupResource(resource)).toThrow(
      expect.objectContaining({ status: 400, scimType: 'invalidValue', message: expect.stringContaining('displayName') }),
    );
  });
});

test.each(['displayName', 'externalId'])('%s of a group has 4,096 characters at most', (name) => {
  const withLength = (length: number) => groupResource({ displayName: 'Tours', [name]: 'x'.repeat(length) });

  expect(withLength(4_096)).toHaveProperty(name);
  expect(() => withLength(4_097)).toThrow(
    expect.objectContaining({
      status: 400,
      scimType: 'invalidValue',
      message: `attribute "${name}" of the group has 4097 characters, but at most 4096 are kept`,
    }),
  );
});

test('a new group has version 1', () => {
  expect(newGroup(model, { displayName: 'Tours' }, { id: 'g', now: later })).toEqual({
    tenant: 'team-hr/acme',
    id: 'g',
    version: 1,
    createdAt: later,
    lastModified: later,
    resource: { displayName: 'Tours' },
  });
});

describe('changedGroup', () => {
  test('is the very same when neither resource nor members change', () => {
    const resource = { externalId: 'e1', displayName: 'Tours' };
    expect(changedGroup(stored, resource, { members: false, now: later })).toBe(stored);
  });

  test.each([
    { name: 'resource', resource: { displayName: 'Tours' }, members: false },
    { name: 'case of the name', resource: { displayName: 'TOURS', externalId: 'e1' }, members: false },
    { name: 'members', resource: stored.resource, members: true },
  ])('has the next version when the $name change', ({ resource, members }) => {
    expect(changedGroup(stored, resource, { members, now: later })).toEqual({ ...stored, version: 4, lastModified: later, resource });
  });

  test('never goes back in time', () => {
    const early = new Date('2020-01-01T00:00:00Z');
    expect(changedGroup(stored, { displayName: 'x' }, { members: false, now: early }).lastModified).toEqual(stored.lastModified);
  });
});
