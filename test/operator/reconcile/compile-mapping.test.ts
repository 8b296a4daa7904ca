import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { z } from 'zod';
import { parseTenantConfig, projectionRevision, renderTenantConfig } from '#common/tenant-config.ts';
import type { scimTenantSpecSchema } from '#operator/api/scim-tenant-spec.ts';
import { compileMapping } from '#operator/reconcile/compile-mapping.ts';
import { PRESETS } from '#operator/reconcile/presets/presets.ts';
import { compileTenantModel } from '#scim-service/domain/tenant-model.ts';
import { aRule, aTenantConfig } from '#test/support/a-tenant-config.ts';
import { aSpec } from '#test/support/a-tenant.ts';

type Input = z.input<typeof scimTenantSpecSchema>;
type Rules = NonNullable<Input['attributeMapping']>;

function compile(attributeMapping: Rules, more: Partial<Input> = {}) {
  return compileMapping(aSpec({ attributeMapping, ...more }));
}

function targetsOf(attributeMapping: Rules, preset: NonNullable<Input['preset']>): readonly string[] {
  const { rules, problems } = compile(attributeMapping, { preset });
  expect(problems).toEqual([]);
  return rules.map(({ target }) => target);
}

describe('a rule is compiled', () => {
  test.each<[string, Rules[number], ReturnType<typeof aRule>]>([
    [
      'with the names of its sources in canonical case',
      { sources: ['TITLE', 'usertype'], target: 'a' },
      aRule('title', 'a', { otherSources: ['userType'] }),
    ],
    ['from a list of one source', { sources: ['title'], target: 'a' }, aRule('title', 'a')],
    ['with its transform', { source: 'title', target: 'a', transform: 'upper' }, aRule('title', 'a', { transform: 'upper' })],
    [
      'from a constant of the wanted type',
      { constant: '7', target: 'a', type: 'Integer' },
      { ...aRule('title', 'a', { type: 'Integer', constant: 7 }), source: null },
    ],
    ['from a constant that is false', { constant: false, target: 'a' }, { ...aRule('title', 'a', { constant: false }), source: null }],
    [
      'with a value map in one order, of values of the wanted type',
      { source: 'title', target: 'a', type: 'DateTime', valueMap: { values: { b: '2026-01-31', a: '2026-01-30T08:00:00Z' } } },
      aRule('title', 'a', {
        type: 'DateTime',
        valueMap: {
          values: [
            { from: 'a', to: '2026-01-30T08:00:00.000Z' },
            { from: 'b', to: '2026-01-31T00:00:00.000Z' },
          ],
          default: null,
        },
      }),
    ],
    [
      'with a value map without a type',
      { source: 'title', target: 'a', valueMap: { values: { a: 1 }, default: 0 } },
      aRule('title', 'a', { valueMap: { values: [{ from: 'a', to: 1 }], default: 0 } }),
    ],
    [
      'with a value map of text for a list',
      { source: 'roles.value', target: 'a', type: 'StringList', valueMap: { values: { a: 1 } } },
      aRule('roles.value', 'a', { type: 'StringList', valueMap: { values: [{ from: 'a', to: '1' }], default: null } }),
    ],
  ])('%s', (_name, rule, compiled) => {
    expect(compile([rule])).toEqual({ rules: [compiled], problems: [] });
  });
});

describe('a mapping is refused', () => {
  test.each<[string, Rules, readonly unknown[]]>([
    [
      'for each source that SCIM does not know, by its place in the list',
      [{ sources: ['titel', 'title', 'nicName'], target: 'a' }],
      [
        expect.stringMatching(/^attributeMapping\[0]\.sources\[0]: mapping source "titel": .*nearest: title/),
        expect.stringMatching(/^attributeMapping\[0]\.sources\[2]: mapping source "nicName": .*nearest: nickName/),
      ],
    ],
    [
      'for a constant of another type',
      [{ constant: 'often', target: 'a', type: 'Boolean' }],
      ['attributeMapping[0].constant: "often" is not true or false (type Boolean)'],
    ],
    [
      'for values of a map, and its default, of another type',
      [{ source: 'title', target: 'a', type: 'Integer', valueMap: { values: { 'Full time': 1, none: true }, default: 1.5 } }],
      [
        'attributeMapping[0].valueMap.values["none"]: true is not a whole number such as 42 (type Integer)',
        'attributeMapping[0].valueMap.default: 1.5 is not a whole number such as 42 (type Integer)',
      ],
    ],
    [
      'for a map of values of several kinds without a type',
      [{ source: 'title', target: 'a', valueMap: { values: { a: 1 }, default: 'none' } }],
      ['attributeMapping[0].valueMap: its values are of different kinds (number, string); write them alike, or give the rule a type'],
    ],
    [
      'for two rules with one target and for a target inside another',
      [
        { source: 'title', target: 'a' },
        { constant: 1, target: 'a' },
        { source: 'userType', target: 'a.b' },
      ],
      [
        'attributeMapping[1].target: "a" is written by attributeMapping[0].target already; give each its own target',
        'attributeMapping[2].target: "a.b" lies inside "a", which attributeMapping[0].target writes as a whole; rename one of them',
      ],
    ],
  ])('%s', (_name, rules, problems) => {
    expect(compile(rules).problems).toEqual(problems);
  });

  test('for two defaults with one target, and not for one with the target of a rule or the preset', () => {
    const { problems } = compile([{ source: 'title', target: 'designation' }], {
      preset: 'Minimal',
      newUserDefaults: [
        { target: 'designation', value: 'unknown' },
        { target: 'email', value: 'none' },
        { target: 'role', value: 'employee' },
        { target: 'email', value: 'nobody' },
      ],
    });
    expect(problems).toEqual([
      'newUserDefaults[3].target: "email" is written by newUserDefaults[1].target already; give each its own target',
    ]);
  });

  test('for a default that the preset writes, which is named', () => {
    const { problems } = compile([], { preset: 'Minimal', newUserDefaults: [{ target: 'email.first', value: 'x' }] });
    expect(problems).toEqual([
      'newUserDefaults[0].target: "email.first" lies inside "email", which preset Minimal.target writes as a whole; rename one of them',
    ]);
  });
});

describe('people are recognised', () => {
  const HELD = ', by which nobody is recognised; name a target with a single value, such as a mail address';
  const CUSTOM = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User:badges';
  const MANAGER = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager';
  test.each<[string, Rules[number], string | null]>([
    ['by a simple attribute', { source: 'userName', target: 'a' }, null],
    ['by a field of a complex one', { source: 'name.givenName', target: 'a' }, null],
    ['by one value of several', { sources: ['emails[type eq "work"].value', 'emails[primary eq true].value'], target: 'a' }, null],
    ['by what stands for a complex value', { source: 'emails[type eq "work"]', target: 'a', transform: 'lower' }, null],
    ['by the id of the manager, who is a person too', { source: MANAGER, target: 'a', type: 'String' }, null],
    ['by an attribute of a custom extension', { source: CUSTOM, target: 'a', type: 'Integer' }, null],
    ['not by a constant', { constant: 'x', target: 'a' }, 'no rule with a source has the target "a"; name one that has'],
    [
      'not by a field that no rule writes',
      { source: 'userName', target: 'b' },
      'no rule with a source has the target "a"; name one that has',
    ],
    ['not by a StringList', { source: 'userName', target: 'a', type: 'StringList' }, `"a" holds a list (type StringList)${HELD}`],
    [
      'not by a list of a custom extension',
      { source: CUSTOM, target: 'a', type: 'StringList' },
      `"a" holds a list (type StringList)${HELD}`,
    ],
    ['not by all values', { source: 'emails', target: 'a' }, `"a" holds a list (source emails)${HELD}`],
    [
      'not by one field of all values',
      { source: 'roles.value', target: 'a', type: 'String' },
      `"a" holds a list (source roles.value)${HELD}`,
    ],
    ['not by a record', { source: 'name', target: 'a' }, `"a" holds a record (source name)${HELD}`],
    [
      'not by a record that nothing stands for',
      { source: 'name', target: 'a', transform: 'trim' },
      `"a" holds a record (source name)${HELD}`,
    ],
    [
      'not by one value as a record',
      { source: 'emails[type eq "work"]', target: 'a' },
      `"a" holds a record (source emails[type eq "work"])${HELD}`,
    ],
    [
      'not by a list as the second choice',
      { sources: ['userName', 'emails.value'], target: 'a' },
      `"a" holds a list (source emails.value)${HELD}`,
    ],
  ])('%s', (_name, rule, problem) => {
    const { problems } = compile([rule], { matchExistingBy: ['a'] });
    expect(problems).toEqual(problem === null ? [] : [`matchExistingBy[0]: ${problem}`]);
  });

  test('by a rule that has a problem of its own: that is told alone', () => {
    const { problems } = compile([{ source: 'usrName', target: 'a' }], { matchExistingBy: ['a'] });
    expect(problems).toEqual([expect.stringMatching(/^attributeMapping\[0]: mapping source "usrName"/)]);
  });

  test('by a rule of the preset', () => {
    expect(compile([], { preset: 'EntraDefault', matchExistingBy: ['email', 'login', 'directoryId'] }).problems).toEqual([]);
  });
});

describe('what the operator accepts', () => {
  const scalar = fc.oneof(
    fc.constantFrom('1', 'true', '2026-01-31', 'x', ''),
    fc.integer(),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  );
  const source = fc.constantFrom(
    'userName',
    'TITLE',
    'titel',
    'name',
    'emails',
    'roles.value',
    'emails[type eq "work"].value',
    'emails[primary gt 1].value',
    'emails[type eq 1.5]',
    'urn:ietf:params:scim:schemas:extension:acme:2.0:User:badge',
    'urn:ietf:params:scim:schemas:extension:ACME:2.0:User:Badge',
    'urn:acme:User:badge',
  );
  const common = {
    target: fc.constantFrom('a', 'a.b', 'b', 'c.d', 'c.e', 'f'),
    type: fc.constantFrom('String', 'Integer', 'Decimal', 'Boolean', 'DateTime', 'Reference', 'StringList'),
  };
  const taken = {
    ...common,
    required: fc.boolean(),
    transform: fc.constantFrom('none', 'lower', 'upper', 'trim'),
    valueMap: fc.record(
      { values: fc.dictionary(fc.constantFrom('a', 'B', 'true', 'constructor'), scalar), default: scalar },
      { requiredKeys: ['values'] },
    ),
  };
  const rule = fc.oneof(
    fc.record({ ...taken, source }, { requiredKeys: ['source', 'target'] }),
    fc.record({ ...taken, sources: fc.array(source, { minLength: 1, maxLength: 3 }) }, { requiredKeys: ['sources', 'target'] }),
    fc.record({ ...common, constant: scalar }, { requiredKeys: ['constant', 'target'] }),
  );
  const mapping = fc.uniqueArray(rule, { selector: ({ target }) => target, minLength: 1, maxLength: 3 }) as fc.Arbitrary<Rules>;

  test('the service can serve, after it was rendered and read again', () => {
    let accepted = 0;
    fc.assert(
      fc.property(mapping, (rules) => {
        const compiled = compile(rules);
        if (compiled.problems.length > 0) return;
        accepted += 1;
        const config = aTenantConfig({ mapping: [...compiled.rules], newUserDefaults: [] });
        const read = parseTenantConfig(renderTenantConfig(config));
        expect(read).toEqual(config);
        expect(projectionRevision(read)).toBe(projectionRevision(config));
        expect(compileTenantModel(read).rules).toHaveLength(rules.length);
      }),
      { numRuns: 2_000 },
    );
    expect(accepted).toBeGreaterThan(100);
  });

  test('does not depend on the order in which a value map is written', () => {
    const values = { b: 1, a: 2, C: 3 };
    const reversed = Object.fromEntries(Object.entries(values).toReversed());
    const rendered = [values, reversed].map((map) => compile([{ source: 'title', target: 'a', valueMap: { values: map } }]).rules);
    expect(JSON.stringify(rendered[0])).toBe(JSON.stringify(rendered[1]));
  });
});

describe('a preset', () => {
  const minimal = ['login', 'active', 'firstName', 'lastName', 'email'];

  test('stands for its rules', () => {
    expect(targetsOf([], 'Minimal')).toEqual(minimal);
  });

  test('is added to by rules for other targets', () => {
    expect(targetsOf([{ source: 'title', target: 'designation' }], 'Minimal')).toEqual([...minimal, 'designation']);
  });

  test('gives way to a rule for the same target', () => {
    const { rules } = compile([{ source: 'userName', target: 'email', required: true }], { preset: 'Minimal' });
    expect(rules.filter(({ target }) => target === 'email')).toEqual([aRule('userName', 'email', { required: true })]);
  });

  test('gives way to a rule for a field around its own, and to one within', () => {
    const targets = targetsOf(
      [
        { source: 'addresses', target: 'address' },
        { source: 'emails[type eq "work"].value', target: 'email.work' },
      ],
      'EntraDefault',
    );
    expect(targets.filter((target) => /^(address|email)\b/.test(target))).toEqual(['address', 'email.work']);
  });

  test('is no worse for any rules beside it: what compiles without compiles with it', () => {
    const targets = fc.constantFrom(
      'login',
      'email',
      'email.work',
      'address',
      'address.city',
      'address.city.name',
      'phone',
      'own',
      'own.x',
    );
    const rules = fc.uniqueArray(fc.record({ source: fc.constantFrom('title', 'userName', 'nickName'), target: targets }), {
      selector: ({ target }) => target,
      minLength: 1,
    });
    fc.assert(
      fc.property(rules, fc.constantFrom('EntraDefault', 'OktaDefault', 'Minimal'), (attributeMapping, preset) => {
        const alone = compile(attributeMapping);
        const beside = compile(attributeMapping, { preset });
        expect(beside.problems.length).toBe(alone.problems.length);
        expect(beside.rules.slice(-alone.rules.length)).toEqual(alone.rules);
      }),
    );
  });

  test.each(Object.entries(PRESETS))('%s calls what others have too by the same name, and needs nothing but userName', (_name, rules) => {
    const known = new Map(Object.values(PRESETS).flatMap((all) => all.map((rule) => [workSource(rule), rule.target] as const)));
    const same = rules.filter((rule) => workSource(rule) !== OFFICE_OR_ADDRESS);
    expect(same.map(({ target }) => target)).toEqual(same.map((rule) => known.get(workSource(rule))));
    expect(rules.filter(({ required }) => required).map(({ source }) => source)).toEqual(['userName']);
  });
});

/** Entra ID writes the name of an office here, Okta the whole address. */
const OFFICE_OR_ADDRESS = 'addresses[type eq "work"].formatted';

function workSource({ source, sources = [] }: (typeof PRESETS)['Minimal'][number]): string | undefined {
  return source ?? sources.find((candidate) => candidate.includes('"work"')) ?? sources[0];
}
