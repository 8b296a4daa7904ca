import { describe, expect, test } from '@jest/globals';
import { projectionRevision, tenantConfigRevision, type TenantConfig } from '#common/tenant-config.ts';
import { compileTenantModel, TenantModelError } from '#scim-service/domain/tenant-model.ts';
import { aRule, aTenantConfig } from '#test/support/a-tenant-config.ts';

const BADGE = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User:badge';

function problemsOf(config: TenantConfig): readonly string[] {
  try {
    compileTenantModel(config);
    return [];
  } catch (error) {
    if (error instanceof TenantModelError) return error.problems;
    throw error;
  }
}

describe('compileTenantModel', () => {
  test('names the tenant, the rendering and the schemas', () => {
    const config = aTenantConfig({ mapping: [aRule('username', 'login'), aRule(BADGE, 'badge', { type: 'Integer' })] });
    const model = compileTenantModel(config);
    expect(model.key).toBe('team-hr/acme');
    expect(model.revision).toBe(tenantConfigRevision(config));
    expect(model.projection).toBe(projectionRevision(config));
    expect(model.schemas.extensions.map(({ id }) => id)).toContain('urn:ietf:params:scim:schemas:extension:acme:2.0:User');
    expect(model.rules.flatMap(({ sources }) => sources.map(({ text }) => text))).toEqual(['userName', BADGE]);
  });

  test('selects what the protocol needs and what the mapping names', () => {
    const { selection } = compileTenantModel(aTenantConfig({ mapping: [aRule('title', 'designation'), aRule(BADGE, 'badge')] }));
    expect([...selection.core.keys()].sort()).toEqual(['active', 'externalId', 'title', 'userName']);
    expect([...selection.extensions.keys()]).toEqual(['urn:ietf:params:scim:schemas:extension:acme:2.0:User']);
  });

  test('tells all problems of a mapping at once', () => {
    const mapping = [
      aRule('titel', 'a'),
      aRule('emails[type eq', 'b'),
      aRule('title', 'c'),
      aRule('userType', 'c'),
      aRule('locale', 'c.d'),
      aRule('emails[primary gt "x"].value', 'e'),
      aRule('title', 'f', { otherSources: ['userType', 'nick'] }),
      aRule('title', 'g', { constant: 1 }),
      { ...aRule('title', 'h'), source: null },
      { ...aRule('title', 'i'), source: null, constant: 'often', type: 'Boolean' as const },
    ];
    const problems = problemsOf(aTenantConfig({ mapping, newUserDefaults: [{ target: 'a.x', value: 1 }] }));
    expect(problems).toEqual([
      'target "c" is mapped twice',
      'targets "c" and "c.d" exclude each other',
      'targets "a" and "a.x" exclude each other',
      expect.stringContaining('"titel"'),
      expect.stringContaining('"emails[type eq"'),
      expect.stringContaining('emails[primary gt'),
      expect.stringContaining('"nick"'),
      'the rule for target "g" needs either a source or a constant',
      'the rule for target "h" needs either a source or a constant',
      'the constant for target "i" is not of type Boolean',
    ]);
  });

  test.each([
    { name: 'have the target of a rule, for when the rule gives nothing', target: 'contact.email', problems: [] },
    { name: 'lie beside it', target: 'contact.phone', problems: [] },
    { name: 'not lie around it', target: 'contact', problems: ['targets "contact" and "contact.email" exclude each other'] },
    {
      name: 'not lie within it',
      target: 'contact.email.work',
      problems: ['targets "contact.email" and "contact.email.work" exclude each other'],
    },
  ])('lets a default $name', ({ target, problems }) => {
    const config = aTenantConfig({ mapping: [aRule('emails.value', 'contact.email')], newUserDefaults: [{ target, value: 'none' }] });
    expect(problemsOf(config)).toEqual(problems);
  });
});
