import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { comparisonProblem } from '#common/scim/comparison-problem.ts';
import { ENTERPRISE_USER_SCHEMA } from '#common/scim/enterprise-user-schema.ts';
import type { CompareOperator, CompareValue } from '#common/scim/filter-tree.ts';
import type { AttributeDefinition } from '#common/scim/schema.ts';
import { CORE_USER_SCHEMA } from '#common/scim/user-schema.ts';
import { compileCompare } from '#scim-service/scim/filter/compile-compare.ts';

const SUB_ATTRIBUTES: readonly AttributeDefinition[] = [CORE_USER_SCHEMA, ENTERPRISE_USER_SCHEMA].flatMap(({ attributes }) =>
  attributes.flatMap(({ subAttributes = [] }) => subAttributes),
);

test('an operator says of a comparison what the service will say', () => {
  const operators: readonly CompareOperator[] = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'];
  const values: fc.Arbitrary<CompareValue> = fc.oneof(
    fc.constantFrom(null, true, false, 'true', ' False ', 'TRUE', 'yes', '', '1', 1.5, 2 ** 60),
    fc.string(),
    fc.integer(),
    fc.double({ noNaN: true }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...SUB_ATTRIBUTES), fc.constantFrom(...operators), values, (definition, operator, value) => {
      let isCompiled = true;
      try {
        compileCompare(definition, operator, value);
      } catch {
        isCompiled = false;
      }
      expect(comparisonProblem(definition, { operator, value }) === null).toBe(isCompiled);
    }),
    { numRuns: 2_000 },
  );
});
