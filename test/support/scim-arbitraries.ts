import * as fc from 'fast-check';
import type { AttributeDefinition, SchemaSet } from '#common/scim/schema.ts';
import type { ScimObject, ScimValue } from '#scim-service/scim/scim-value.ts';

/** Resources whose names are the schemas' and whose values are mostly, not always, of the right shape. */
export function anyResource(schemas: SchemaSet): fc.Arbitrary<ScimObject> {
  const core = objectOf(schemas.core.attributes);
  const extensions = fc.record(Object.fromEntries(schemas.extensions.map(({ id, attributes }) => [id, objectOf(attributes)])), {
    requiredKeys: [],
  });
  return fc.tuple(core, extensions, strayAttributes()).map((parts): ScimObject => Object.assign({}, ...parts));
}

function objectOf(attributes: readonly AttributeDefinition[]): fc.Arbitrary<ScimObject> {
  return fc.record(Object.fromEntries(attributes.map((attribute) => [attribute.name, valueOf(attribute)])), {
    requiredKeys: [],
  }) as fc.Arbitrary<ScimObject>;
}

function valueOf(attribute: AttributeDefinition): fc.Arbitrary<ScimValue> {
  const single: fc.Arbitrary<ScimValue> = attribute.subAttributes ? objectOf(attribute.subAttributes) : scalarOf(attribute);
  const shaped: fc.Arbitrary<ScimValue> = attribute.multiValued ? fc.array(single, { maxLength: 4 }) : single;
  return fc.oneof({ weight: 9, arbitrary: shaped }, { weight: 1, arbitrary: anyValue() });
}

function scalarOf({ type, canonicalValues }: AttributeDefinition): fc.Arbitrary<ScimValue> {
  if (type === 'boolean') return fc.boolean();
  if (type === 'integer') return fc.integer();
  return canonicalValues ? fc.oneof(fc.constantFrom(...canonicalValues), fc.string()) : fc.string();
}

function strayAttributes(): fc.Arbitrary<ScimObject> {
  return fc.dictionary(fc.oneof(fc.constantFrom('__proto__', 'constructor', 'toString', 'urn:x:y:User'), fc.string()), anyValue(), {
    maxKeys: 3,
  });
}

function anyValue(): fc.Arbitrary<ScimValue> {
  return fc.letrec<{ value: ScimValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.string(), tie('value'), { maxKeys: 3 }),
    ),
  })).value;
}
