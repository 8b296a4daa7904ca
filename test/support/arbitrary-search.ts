import * as fc from 'fast-check';
import { COMMON_ATTRIBUTES } from '#common/scim/common-attributes.ts';
import type { AttributePath, CompareOperator, CompareValue, FilterNode } from '#common/scim/filter-tree.ts';
import { printAttributePath } from '#common/scim/print.ts';
import type { AttributeDefinition, AttributeType, SchemaSet } from '#common/scim/schema.ts';
import type { MappingRule } from '#common/tenant-config.ts';
import type { ScimObject, ScimValue } from '#scim-service/scim/scim-value.ts';
import { aRule } from './a-tenant-config.ts';

/** Objects as JSON makes them, with the usual prototype. */
const PLAIN = { noNullPrototype: true };

const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
const CUSTOM = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';
const OTHER = 'urn:ietf:params:scim:schemas:extension:acme.hr:2.0:User';

const SOURCES = [
  'displayName',
  'title',
  'nickName',
  'profileUrl',
  'name',
  'name.givenName',
  'name.familyName',
  'emails[type eq "work"].value',
  'emails',
  'phoneNumbers',
  'addresses[type eq "work"].locality',
  'roles[primary eq true].value',
  'x509Certificates',
  `${ENTERPRISE}:department`,
  `${ENTERPRISE}:manager`,
];

/** A mapping that selects some of the usual attributes and has attributes of every type in extensions of its own. */
export const arbitraryMapping: fc.Arbitrary<MappingRule[]> = fc
  .tuple(
    fc.subarray(SOURCES),
    fc.dictionary(
      fc.constantFrom(
        `${CUSTOM}:badge`,
        `${CUSTOM}:grade`,
        `${CUSTOM}:onSite`,
        `${CUSTOM}:hiredAt`,
        `${OTHER}:badge`,
        `${OTHER}:constructor`,
      ),
      fc.constantFrom('String', 'Integer', 'Decimal', 'Boolean', 'DateTime', 'Reference', null),
      { maxKeys: 6 },
    ),
  )
  .map(([sources, custom]) => [
    ...sources.map((source, index) => aRule(source, `field${index}`)),
    ...Object.entries(custom).map(([source, type], index) => aRule(source, `custom${index}`, { type })),
  ]);

/** Few words, so that resources and filters meet; some differ in case, composition, or are a pattern to a careless store. */
const TEXTS = [
  'a',
  'A',
  'ab',
  'aB.c',
  'Zo\u00eb',
  'Zoe\u0308',
  'zo',
  '.*',
  '%',
  '_',
  '$where',
  'a\u0000b',
  '\u{1f600}',
  '10',
  '9',
  'true',
  'work',
  'home',
];
const TIMES = [
  '2026-03-01T10:00:00Z',
  '2026-03-01T10:00:00.000Z',
  '2026-03-01T11:00:00+01:00',
  '2026-03-01T10:00:00.5Z',
  '2026-03-01T10:00',
  '2026-03-01',
  '2025-12-31T23:59:59-05:00',
  '2026-11-24T08:00:00.001Z',
];

const SCALARS: Readonly<Record<Exclude<AttributeType, 'complex'>, fc.Arbitrary<string | number | boolean>>> = {
  string: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...TEXTS) },
    { weight: 1, arbitrary: fc.string({ minLength: 1, maxLength: 4 }) },
  ),
  reference: fc.constantFrom('https://acme.example/a', 'https://acme.example/A', 'urn:x', 'a'),
  binary: fc.constantFrom('TUlJ', 'tulj', 'AA=='),
  boolean: fc.boolean(),
  integer: fc.constantFrom(-1, 0, 9, 10, 4711, Number.MAX_SAFE_INTEGER),
  decimal: fc.constantFrom(-1.5, 0, 0.1, 9, 10, 1.5, 1e21),
  dateTime: fc.constantFrom(...TIMES),
};

function objectOf(attributes: readonly AttributeDefinition[]): fc.Arbitrary<ScimObject> {
  return fc.record(Object.fromEntries(attributes.map((attribute) => [attribute.name, valueOf(attribute)])), {
    requiredKeys: [],
    ...PLAIN,
  }) as fc.Arbitrary<ScimObject>;
}

function valueOf(attribute: AttributeDefinition): fc.Arbitrary<ScimValue> {
  const single: fc.Arbitrary<ScimValue> =
    attribute.type === 'complex'
      ? objectOf(attribute.subAttributes ?? []).filter((object) => Object.keys(object).length > 0)
      : fc.oneof({ weight: 19, arbitrary: SCALARS[attribute.type] }, { weight: 1, arbitrary: fc.constantFrom('10', 'a', 10, true) });
  return attribute.multiValued ? fc.array(single, { minLength: 1, maxLength: 3 }) : single;
}

/** Of these, so that generating is quick and filters hit. */
const SAMPLED = [
  'externalId',
  'displayName',
  'title',
  'nickName',
  'profileUrl',
  'active',
  'name',
  'emails',
  'phoneNumbers',
  'addresses',
  'roles',
  'x509Certificates',
];

/**
 * The content of a resource as it would be stored: nothing is empty, but attributes are there that the tenant doesn't
 * select, and few of another type, as after a change of its mapping. `userName` isn't there, since it must be unique.
 */
export function arbitraryContent(schemas: SchemaSet): fc.Arbitrary<ScimObject> {
  const core = [...schemas.core.attributes, ...COMMON_ATTRIBUTES].filter(({ name }) => SAMPLED.includes(name));
  const extensions = fc.record(Object.fromEntries(schemas.extensions.map(({ id, attributes }) => [id, objectOf(attributes)])), {
    requiredKeys: [],
    ...PLAIN,
  });
  return fc.tuple(objectOf(core), extensions).map(([own, others]) => {
    const filled = Object.entries(others).filter(([, extension]) => Object.keys(extension as ScimObject).length > 0);
    return { ...own, ...(Object.fromEntries(filled) as ScimObject) };
  });
}

interface Target {
  readonly path: AttributePath;
  readonly definition: AttributeDefinition;
}

const OPERATORS: readonly CompareOperator[] = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'];
const TEXT_OPERATORS: readonly CompareOperator[] = ['co', 'sw', 'ew'];

/** Parts of texts and times, as co, sw and ew ask for them. */
const PIECES = ['', 'a', 'B', 'o\u0308', '2026-03', 'Z', '.', 'https:', 'ZO'];

/** Those of RFC 7644 table 3; a filter with another one is refused. */
function operatorsOf({ type, subAttributes = [] }: AttributeDefinition): readonly CompareOperator[] {
  const compared = type === 'complex' ? subAttributes.find(({ name }) => name === 'value')?.type : type;
  if (compared === undefined || compared === 'boolean' || compared === 'binary') return ['eq', 'ne'];
  return compared === 'integer' || compared === 'decimal' ? OPERATORS.filter((operator) => !TEXT_OPERATORS.includes(operator)) : OPERATORS;
}

function literalOf({ type }: AttributeDefinition, operator: CompareOperator): fc.Arbitrary<CompareValue> {
  const scalar = type === 'complex' ? SCALARS.string : SCALARS[type];
  return fc.oneof(
    { weight: 20, arbitrary: TEXT_OPERATORS.includes(operator) ? fc.constantFrom(...PIECES) : scalar },
    // Booleans and numbers in quotes.
    { weight: 4, arbitrary: scalar.map(String) },
    // What may be of another type.
    { weight: 1, arbitrary: fc.constantFrom(null, true, 10, '10', 'True', '') },
  );
}

function leafOn({ path, definition }: Target): fc.Arbitrary<FilterNode> {
  const operator = fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom(...operatorsOf(definition)) },
    { weight: 1, arbitrary: fc.constantFrom(...OPERATORS) },
  );
  return fc.oneof(
    { weight: 1, arbitrary: fc.constant<FilterNode>({ kind: 'present', path }) },
    {
      weight: 5,
      arbitrary: operator.chain((chosen) =>
        literalOf(definition, chosen).map((value): FilterNode => ({ kind: 'compare', path, operator: chosen, value })),
      ),
    },
  );
}

function joinedBy(term: fc.Arbitrary<FilterNode>): fc.Arbitrary<FilterNode> {
  return fc.letrec<{ filter: FilterNode }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 3 },
      { weight: 3, arbitrary: term },
      { weight: 1, arbitrary: joined('and', tie('filter')) },
      { weight: 1, arbitrary: joined('or', tie('filter')) },
      { weight: 1, arbitrary: tie('filter').map((operand): FilterNode => ({ kind: 'not', operand })) },
    ),
  })).filter;
}

function joined(kind: 'and' | 'or', operand: fc.Arbitrary<FilterNode>): fc.Arbitrary<FilterNode> {
  return fc.array(operand, { minLength: 2, maxLength: 3 }).map((operands) => ({ kind, operands }));
}

/** What a filter or a sort can name; memberships and `meta.location` are other tests' matter. */
function targetsOf(schemas: SchemaSet): readonly Target[] {
  const core = [...schemas.core.attributes, ...COMMON_ATTRIBUTES].filter(({ name }) =>
    [...SAMPLED, 'userName', 'id', 'schemas', 'meta', 'timezone'].includes(name),
  );
  return [
    ...core.flatMap((attribute) => withSubAttributes(null, attribute)),
    ...schemas.extensions.flatMap(({ id, attributes }) => attributes.flatMap((attribute) => withSubAttributes(id, attribute))),
  ];
}

function withSubAttributes(schema: string | null, attribute: AttributeDefinition): readonly Target[] {
  const path = { schema, attribute: attribute.name, subAttribute: null };
  const inner = (attribute.subAttributes ?? []).filter(({ name }) => name !== 'location');
  return [
    { path, definition: attribute },
    ...inner.map((definition) => ({ path: { ...path, subAttribute: definition.name }, definition })),
  ];
}

/** A filter on what the schemas have; most are well typed, and many match something of arbitraryContent. */
export function arbitraryTypedFilter(schemas: SchemaSet): fc.Arbitrary<FilterNode> {
  const targets = targetsOf(schemas);
  const complex = targets.filter(({ definition }) => definition.subAttributes !== undefined && definition.name !== 'meta');
  const valuePath = fc.constantFrom(...complex).chain(({ path, definition }) => {
    const inner = fc
      .constantFrom(...(definition.subAttributes ?? []))
      .chain((subAttribute) =>
        leafOn({ path: { schema: null, attribute: subAttribute.name, subAttribute: null }, definition: subAttribute }),
      );
    return joinedBy(inner).map((filter): FilterNode => ({ kind: 'valuePath', path, filter }));
  });
  // Complex attributes without a value can't be compared, so that few of them are asked for.
  const plain = targets.filter(({ definition }) => definition.type !== 'complex');
  const keys = plain.filter(({ path }) => ['userName', 'externalId', 'id'].includes(path.attribute) || path.attribute === 'emails');
  const leaf = fc
    .oneof(
      { weight: 8, arbitrary: fc.constantFrom(...plain) },
      { weight: 2, arbitrary: fc.constantFrom(...keys) },
      { weight: 1, arbitrary: fc.constantFrom(...targets) },
    )
    .chain(leafOn);
  const any = joinedBy(fc.oneof({ weight: 4, arbitrary: leaf }, { weight: 1, arbitrary: valuePath }));
  const keyed = fc
    .tuple(keyedLeaf, fc.option(any))
    .map(([key, more]): FilterNode => (more === null ? key : { kind: 'and', operands: [more, key] }));
  return fc.oneof({ weight: 4, arbitrary: any }, { weight: 1, arbitrary: keyed });
}

const word = fc.constantFrom(...TEXTS);
const path = (attribute: string, subAttribute: string | null = null): AttributePath => ({ schema: null, attribute, subAttribute });
const equal = (at: AttributePath, value: string): FilterNode => ({ kind: 'compare', path: at, operator: 'eq', value });

/** What stores answer by a key. */
const keyedLeaf: fc.Arbitrary<FilterNode> = fc.oneof(
  fc.tuple(fc.constantFrom(path('externalId'), path('emails'), path('emails', 'value')), word).map(([at, value]) => equal(at, value)),
  fc.tuple(fc.constantFrom('work', 'home'), word).map(([type, value]): FilterNode => ({
    kind: 'valuePath',
    path: path('emails'),
    filter: { kind: 'and', operands: [equal(path('type'), type), equal(path('value'), value)] },
  })),
);

/** Paths to sort by; some of them have no order. */
export function arbitrarySortBy(schemas: SchemaSet): fc.Arbitrary<string> {
  return fc.constantFrom(...targetsOf(schemas).map(({ path }) => printAttributePath(path)));
}
