import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { ENTERPRISE_USER_URN } from '#common/scim/schema.ts';
import type { TenantConfig } from '#common/tenant-config.ts';
import { selectAttributes } from '#scim-service/domain/select-attributes.ts';
import { compileTenantModel } from '#scim-service/domain/tenant-model.ts';
import type { ScimObject } from '#scim-service/scim/scim-value.ts';
import { aRule, aTenantConfig } from '#test/support/a-tenant-config.ts';
import { anyResource } from '#test/support/scim-arbitraries.ts';

const ACME_URN = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';
const work = { type: 'work', value: 'ada@work.example', primary: true };
const home = { type: 'home', value: 'ada@home.example' };
const name = { givenName: 'Ada', familyName: 'Lovelace' };

function modelOf(...sources: string[]) {
  return modelWith(sources.map((source, at) => aRule(source, `t${at}`)));
}

function modelWith(mapping: TenantConfig['mapping']) {
  return compileTenantModel(aTenantConfig({ mapping, newUserDefaults: [] }));
}

interface Case {
  name: string;
  sources: string[];
  resource: ScimObject;
  kept: ScimObject;
  dropped: string[];
}

const cases: Case[] = [
  {
    name: 'userName, externalId and active stay without a rule',
    sources: ['title'],
    resource: { userName: 'ada', externalId: 'x', active: true, nickName: 'A' },
    kept: { userName: 'ada', externalId: 'x', active: true },
    dropped: ['nickName'],
  },
  {
    name: 'a value filter keeps matching values whole and names the types of the others',
    sources: ['emails[type eq "work"].value'],
    resource: { emails: [work, home, { type: 'mine', value: 'x@y' }] },
    kept: { emails: [work] },
    dropped: ['emails[type eq "home"]', 'emails'],
  },
  {
    name: 'value filters of one attribute add up',
    sources: ['emails[type eq "work"].value', 'emails[type eq "home"].value'],
    resource: { emails: [home, work] },
    kept: { emails: [home, work] },
    dropped: [],
  },
  {
    name: 'a list without a selected value goes away',
    sources: ['emails[type eq "work"].value'],
    resource: { userName: 'ada', emails: [home] },
    kept: { userName: 'ada' },
    dropped: ['emails[type eq "home"]'],
  },
  {
    name: 'a sub-attribute keeps itself alone',
    sources: ['name.givenName'],
    resource: { name },
    kept: { name: { givenName: 'Ada' } },
    dropped: ['name.familyName'],
  },
  {
    name: 'two sub-attributes add up',
    sources: ['name.givenName', 'name.familyName'],
    resource: { name: { ...name, formatted: 'Ada Lovelace' } },
    kept: { name },
    dropped: ['name.formatted'],
  },
  {
    name: 'the whole attribute wins over a part of it',
    sources: ['name.givenName', 'name', 'emails', 'emails[type eq "work"].value'],
    resource: { name, emails: [home] },
    kept: { name, emails: [home] },
    dropped: [],
  },
  {
    name: 'values of a list stay whole for a sub-attribute, because a later PATCH finds them by type',
    sources: ['emails.value'],
    resource: { emails: [work, home] },
    kept: { emails: [work, home] },
    dropped: [],
  },
  {
    name: 'an extension keeps its selected attributes and an unselected one is named attribute by attribute',
    sources: [`${ENTERPRISE_USER_URN}:department`],
    resource: { [ENTERPRISE_USER_URN]: { department: 'R&D', costCenter: '7', manager: { value: '1' } } },
    kept: { [ENTERPRISE_USER_URN]: { department: 'R&D' } },
    dropped: [`${ENTERPRISE_USER_URN}:costCenter`, `${ENTERPRISE_USER_URN}:manager`],
  },
  {
    name: 'an extension of which nothing is left goes away',
    sources: [`${ACME_URN}:badge`],
    resource: { [ENTERPRISE_USER_URN]: { department: 'R&D' }, [ACME_URN]: { badge: '7' } },
    kept: { [ACME_URN]: { badge: '7' } },
    dropped: [`${ENTERPRISE_USER_URN}:department`],
  },
];

describe('selectAttributes', () => {
  test.each(cases)('$name', ({ sources, resource, kept, dropped }) => {
    expect(selectAttributes(resource, modelOf(...sources).selection)).toEqual({ resource: kept, dropped });
  });

  test('gives back the very object of which all is selected', () => {
    const { selection } = modelOf('name.givenName', 'emails[type eq "work"].value', `${ENTERPRISE_USER_URN}:department`);
    const resource = {
      userName: 'ada',
      name: { givenName: 'Ada' },
      emails: [{ type: 'work', value: 'ada@w' }],
      [ENTERPRISE_USER_URN]: { department: 'Research' },
    };
    expect(selectAttributes(resource, selection).resource).toBe(resource);
  });

  test('is idempotent, throws nothing and adds nothing, whatever the resource', () => {
    const model = modelOf(
      'title',
      'name.givenName',
      'emails[type eq "work"].value',
      'addresses[type eq "work" or primary eq true]',
      'roles',
      'phoneNumbers.value',
      `${ENTERPRISE_USER_URN}:manager`,
      `${ENTERPRISE_USER_URN}:manager.value`,
      `${ACME_URN}:badge`,
    );
    fc.assert(
      fc.property(anyResource(model.schemas), (resource) => {
        const { resource: once } = selectAttributes(resource, model.selection);
        expect(selectAttributes(once, model.selection)).toEqual({ resource: once, dropped: [] });
        expect(Object.keys(resource)).toEqual(expect.arrayContaining(Object.keys(once)));
      }),
    );
  });
});

test('every source of a rule is kept, whichever has the value, and a constant keeps nothing', () => {
  const { selection } = modelWith([
    aRule('emails[type eq "work"].value', 'mail', { otherSources: ['emails[type eq "home"].value', 'nickName'] }),
    { ...aRule('title', 'origin'), source: null, constant: 'directory' },
  ]);
  const resource: ScimObject = { emails: [work, home, { type: 'other', value: 'x@y' }], nickName: 'A', title: 'Countess' };
  expect(selectAttributes(resource, selection)).toEqual({
    resource: { emails: [work, home], nickName: 'A' },
    dropped: ['emails[type eq "other"]', 'title'],
  });
});
