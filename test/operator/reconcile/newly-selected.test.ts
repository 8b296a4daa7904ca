import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  parseTenantConfig,
  projectionRevision,
  renderTenantConfig,
  sourcesOf,
  tenantConfigRevision,
  type TenantConfig,
} from '#common/tenant-config.ts';
import { decide } from '#operator/reconcile/decide.ts';
import { newlySelected, sourcesBeyond } from '#operator/reconcile/newly-selected.ts';
import { anObserved, CONFIG, stored } from '#test/support/an-observed.ts';
import { aSpec } from '#test/support/a-tenant.ts';
import { aRule } from '#test/support/a-tenant-config.ts';

const LOGIN = aRule('userName', 'login', { required: true });

function withMapping(...mapping: TenantConfig['mapping']): TenantConfig {
  return { ...CONFIG, mapping };
}

describe('what a mapping newly selects', () => {
  test.each<{ name: string; mapping: TenantConfig['mapping']; derived: TenantConfig | null; expected: readonly string[] }>([
    { name: 'is nothing for the first one', mapping: [LOGIN], derived: null, expected: [] },
    {
      name: 'is each source that the one before lacked, in any place, sorted and once',
      mapping: [
        LOGIN,
        aRule('title', 'a', { otherSources: ['nickName'] }),
        aRule('addresses', 'b'),
        aRule('userName', 'c', { otherSources: ['title'] }),
      ],
      derived: withMapping(LOGIN),
      expected: ['addresses', 'nickName', 'title'],
    },
    {
      name: 'is nothing where the same sources get other targets and types',
      mapping: [aRule('userName', 'nick', { type: 'String' })],
      derived: withMapping(LOGIN),
      expected: [],
    },
    {
      name: 'is nothing for a constant',
      mapping: [LOGIN, { ...aRule('title', 'origin', { constant: 'directory' }), source: null }],
      derived: withMapping(LOGIN),
      expected: [],
    },
    {
      name: 'stays while the mapping stays, without what somebody wrote into the derived config',
      mapping: [LOGIN, aRule('title', 'a')],
      derived: { ...withMapping(LOGIN, aRule('title', 'a')), newlySelected: ['title', 'secret'] },
      expected: ['title'],
    },
    {
      name: 'is told of fifty at most',
      mapping: Array.from({ length: 60 }, (_, index) => aRule(`urn:acme:2.0:User:a${index + 10}`, `t${index}`)),
      derived: withMapping(LOGIN),
      expected: Array.from({ length: 50 }, (_, index) => `urn:acme:2.0:User:a${index + 10}`),
    },
  ])('$name', ({ mapping, derived, expected }) => {
    expect(newlySelected(mapping, derived)).toEqual(expected);
  });

  const sources = fc.constantFrom('userName', 'title', 'nickName', 'name.givenName', 'emails[type eq "work"].value', 'displayName');
  const mapping = fc.uniqueArray(fc.tuple(sources, fc.constantFrom('a', 'b', 'c', 'd')), {
    selector: ([, target]) => target,
    minLength: 1,
  });

  test('is what a mapping takes beyond the one before it, and is rendered alike by every later run', () => {
    fc.assert(
      fc.property(fc.array(mapping, { minLength: 1, maxLength: 4 }), (mappings) => {
        let derived: TenantConfig | null = null;
        for (const [index, rules] of mappings.entries()) {
          const attributeMapping = rules.map(([source, target]) => ({ source, target }));
          const tenant = stored({ spec: aSpec({ attributeMapping }), generation: index + 1 });
          const decided = decide(anObserved({ tenant, derived })).config!;
          const before: TenantConfig['mapping'] | undefined = derived?.mapping;
          const read = parseTenantConfig(renderTenantConfig(decided));
          expect(projectionRevision(read)).toBe(projectionRevision(decided));
          if (before && projectionRevision({ mapping: before }) !== projectionRevision(decided)) {
            const known = new Set(before.flatMap(sourcesOf));
            expect(new Set(read.newlySelected)).toEqual(new Set(read.mapping.flatMap(sourcesOf).filter((source) => !known.has(source))));
          }
          const again = decide(anObserved({ tenant, derived: read }));
          expect(again.revision).toBe(tenantConfigRevision(read));
          derived = read;
        }
      }),
    );
  });

  test('is known the other way round for what goes', () => {
    expect(sourcesBeyond([aRule('title', 'a'), aRule('nickName', 'b')], [aRule('title', 'c')])).toEqual(['nickName']);
  });
});
