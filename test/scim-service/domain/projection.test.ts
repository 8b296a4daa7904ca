import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { adoptedUser, changedUser, newUser, reprojectedUser } from '#scim-service/domain/next-user.ts';
import { fieldAt } from '#scim-service/domain/person-fields.ts';
import { projectRules } from '#scim-service/domain/project-person.ts';
import { selectAttributes } from '#scim-service/domain/select-attributes.ts';
import type { PersonRecord, StoredUser } from '#scim-service/domain/stored-user.ts';
import type { TenantModel } from '#scim-service/domain/tenant-model.ts';
import { ScimError } from '#scim-service/scim/scim-error.ts';
import { anyModel, anyRecord, anyUserResource, leavesOf } from '#test/support/arbitrary-mapping.ts';
import { aStoredUser } from '#test/support/a-user.ts';

const now = new Date('2026-11-24T08:00:00Z');
const modelAndResource = anyModel.chain((model) => fc.tuple(fc.constant(model), anyUserResource(model)));

/** @returns null when the mapping refuses the person */
function made(make: () => StoredUser): StoredUser | null {
  try {
    return make();
  } catch (error) {
    if (error instanceof ScimError) return null;
    throw error;
  }
}

/** Text of a record, so that fields called `__proto__` are compared too; the order of fields means nothing. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** Whether rules may write this field, or one around or inside it. */
function isTarget({ rules }: TenantModel, field: readonly string[]): boolean {
  return rules.some(({ targetNames }) => {
    const shorter = Math.min(targetNames.length, field.length);
    return targetNames.slice(0, shorter).join('\n') === field.slice(0, shorter).join('\n');
  });
}

describe('a projection by any mapping', () => {
  test('throws nothing, changes nothing that it is given, and gives the same each time: fields of its targets alone', () => {
    fc.assert(
      fc.property(modelAndResource, ([model, resource]) => {
        const before = JSON.stringify(resource);
        const first = projectRules(resource, model.rules);
        expect(textOf(projectRules(resource, model.rules).person)).toBe(textOf(first.person));
        expect(JSON.stringify(resource)).toBe(before);
        for (const field of leavesOf(first.person)) expect(isTarget(model, field)).toBe(true);
        for (const { rule, detail, summary } of first.problems) {
          expect(fieldAt(first.person, rule.targetNames)).toBeNull();
          expect(detail).toContain(JSON.stringify(rule.target));
          expect(summary).toContain(JSON.stringify(rule.target));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('of a person is refused with a ScimError or stored, and then nothing changes when it is done again', () => {
    fc.assert(
      fc.property(modelAndResource, fc.option(anyRecord), ([model, resource], own) => {
        const user = made(() =>
          own === null ? newUser(model, resource, { id: 'id', now }) : adoptedUser(model, { id: 'id', person: own }, resource, now),
        );
        if (user === null) return;
        expect(textOf(reprojectedUser(model, user))).toBe(textOf({ user, problems: 0 }));
        expect(changedUser(model, user, structuredClone(resource), now)).toBe(user);
      }),
      { numRuns: 300 },
    );
  });

  test('done twice over whatever is stored is as done once', () => {
    const stored = fc.record({ person: anyRecord, defaults: anyRecord, own: anyRecord, projection: fc.constantFrom('', 'other') });
    fc.assert(
      fc.property(anyModel, modelAndResource, stored, (model, [, resource], rest) => {
        const once = reprojectedUser(model, aStoredUser({ id: 'id', ...rest, resource }));
        expect(textOf(reprojectedUser(model, once.user))).toBe(textOf(once));
        expect(once.user.projection).toBe(model.projection);
      }),
      { numRuns: 300 },
    );
  });

  test('writes each field for which a rule has a value, whatever the product had', () => {
    fc.assert(
      fc.property(modelAndResource, anyRecord, ([model, resource], own) => {
        const user = made(() => adoptedUser(model, { id: 'id', person: own }, resource, now));
        if (user === null) return;
        const { person: projected } = projectRules(resource, model.rules);
        for (const field of leavesOf(projected)) expect(textOf(fieldAt(user.person, field))).toBe(textOf(fieldAt(projected, field)));
        for (const field of leavesOf(own)) {
          if (!isTarget(model, field)) expect(textOf(fieldAt(user.person, field))).toBe(textOf(fieldAt(own, field)));
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a mapping that is changed and changed back', () => {
  test('loses nothing that both select', () => {
    fc.assert(
      fc.property(modelAndResource, anyModel, ([a, resource], b) => {
        const user = made(() => newUser(a, resource, { id: 'id', now }));
        if (user === null) return;
        const back = reprojectedUser(a, reprojectedUser(b, user).user).user;
        const both = { ...selectAttributes(selectAttributes(resource, b.selection).resource, a.selection).resource };
        expect(textOf(back.resource)).toBe(textOf(both));
        const projected: PersonRecord = projectRules(both, a.rules).person;
        for (const field of leavesOf(projected)) expect(textOf(fieldAt(back.person, field))).toBe(textOf(fieldAt(projected, field)));
        for (const field of leavesOf(user.defaults)) {
          if (!isTarget(b, field)) expect(fieldAt(back.person, field)).toBe(fieldAt(user.person, field));
        }
      }),
      { numRuns: 300 },
    );
  });

  test('leaves what the product had of its own wherever neither writes', () => {
    fc.assert(
      fc.property(modelAndResource, anyModel, anyRecord, ([a, resource], b, own) => {
        const user = made(() => adoptedUser(a, { id: 'id', person: own }, resource, now));
        if (user === null) return;
        const back = reprojectedUser(a, reprojectedUser(b, user).user).user;
        const untouched = leavesOf(own).filter((field) => !isTarget(a, field) && !isTarget(b, field));
        const valuesIn = (person: PersonRecord): string => textOf(untouched.map((field) => fieldAt(person, field)));
        expect(valuesIn(back.person)).toBe(valuesIn(own));
      }),
      { numRuns: 300 },
    );
  });
});
