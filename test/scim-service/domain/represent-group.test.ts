import { describe, expect, test } from '@jest/globals';
import { CORE_GROUP_URN } from '#common/scim/schema.ts';
import { memberJson, memberRepresentation, representGroup, wantsMembers } from '#scim-service/domain/represent-group.ts';
import { aStoredGroup } from '#test/support/a-group.ts';

const baseUrl = 'https://scim.example.com/team-hr/acme/scim/v2';
const id = '2819c223-7f76-453a-919d-413861904646';
const group = aStoredGroup({ id, version: 7, resource: { displayName: 'Tour guides', externalId: 'ext-1' } });
const ada = { id: 'u 1', type: 'User' } as const;
const team = { id: 'g1', type: 'Group' } as const;

describe('representGroup', () => {
  test('gives the whole resource with id, schemas and meta', () => {
    expect(representGroup(group, { baseUrl })).toEqual({
      schemas: [CORE_GROUP_URN],
      id,
      displayName: 'Tour guides',
      externalId: 'ext-1',
      meta: {
        resourceType: 'Group',
        created: '2026-11-24T08:00:00.000Z',
        lastModified: '2026-11-24T08:00:00.000Z',
        location: `${baseUrl}/Groups/${id}`,
        version: 'W/"7"',
      },
    });
  });

  test.each([
    { name: 'attributes', projection: { attributes: ['DisplayName', 'members'] }, expected: { displayName: 'Tour guides' } },
    {
      name: 'attributes with the URN',
      projection: { attributes: [`${CORE_GROUP_URN}:externalId`] },
      expected: { externalId: 'ext-1' },
    },
    { name: 'id alone', projection: { attributes: ['id'] }, expected: {} },
    {
      name: 'excludedAttributes',
      projection: { excludedAttributes: ['members', 'meta', 'id'] },
      expected: { displayName: 'Tour guides', externalId: 'ext-1' },
    },
  ])('is restricted by $name, but never loses id and schemas', ({ projection, expected }) => {
    expect(representGroup(group, { baseUrl, ...projection })).toEqual({ schemas: [CORE_GROUP_URN], id, ...expected });
  });
});

describe('members', () => {
  test('have value, $ref and type', () => {
    expect(memberJson(ada, baseUrl)).toEqual({ value: 'u 1', $ref: `${baseUrl}/Users/u%201`, type: 'User' });
    expect(memberJson(team, baseUrl)).toEqual({ value: 'g1', $ref: `${baseUrl}/Groups/g1`, type: 'Group' });
  });

  test.each([
    { name: 'by default', projection: {}, expected: memberJson(team, baseUrl) },
    { name: 'by an empty list', projection: { attributes: [], excludedAttributes: [] }, expected: memberJson(team, baseUrl) },
    { name: 'by name', projection: { attributes: ['Members'] }, expected: memberJson(team, baseUrl) },
    { name: 'by the URN of the schema', projection: { attributes: [CORE_GROUP_URN] }, expected: memberJson(team, baseUrl) },
    { name: 'by sub-attributes', projection: { attributes: ['members.value', 'members.type'] }, expected: { value: 'g1', type: 'Group' } },
    { name: 'without sub-attributes', projection: { excludedAttributes: ['members.$ref'] }, expected: { value: 'g1', type: 'Group' } },
    { name: 'by a sub-attribute that nobody has', projection: { attributes: ['members.display'] }, expected: null },
    { name: 'by an unknown name beside', projection: { excludedAttributes: ['shoeSize'] }, expected: memberJson(team, baseUrl) },
  ])('are wanted $name', ({ projection, expected }) => {
    expect(wantsMembers(projection)).toBe(true);
    expect(memberRepresentation({ baseUrl, ...projection })?.(team)).toEqual(expected);
  });

  test.each([
    { name: 'when they are excluded', projection: { excludedAttributes: ['Members'] } },
    { name: 'when they are excluded with the URN', projection: { excludedAttributes: [`${CORE_GROUP_URN}:members`] } },
    { name: 'when others are listed', projection: { attributes: ['displayName'] } },
    { name: 'when they are listed and excluded', projection: { attributes: ['members'], excludedAttributes: ['members'] } },
  ])('are not wanted $name', ({ projection }) => {
    expect(wantsMembers(projection)).toBe(false);
    expect(memberRepresentation({ baseUrl, ...projection })).toBeNull();
  });
});
