import * as fc from 'fast-check';
import type { MappingRule, TenantConfig } from '#common/tenant-config.ts';
import { compileTenantModel, type TenantModel } from '#scim-service/domain/tenant-model.ts';
import type { PersonRecord, PersonValue, StoredUser } from '#scim-service/domain/stored-user.ts';
import { selectAttributes } from '#scim-service/domain/select-attributes.ts';
import { aRule, aTenantConfig } from './a-tenant-config.ts';
import { anyResource } from './scim-arbitraries.ts';
import { CUSTOM, ENTERPRISE } from './user-schemas.ts';

const SOURCES = [
  'userName',
  'externalId',
  'active',
  'title',
  'name',
  'name.givenName',
  'emails',
  'emails.value',
  'emails[type eq "work"].value',
  'emails[primary eq true]',
  'roles.value',
  'addresses[type eq "work"].locality',
  `${ENTERPRISE}:employeeNumber`,
  `${ENTERPRISE}:manager`,
  `${CUSTOM}:badge`,
  `${CUSTOM}:constructor`,
];

/** None is within another, so that any of them go together; some are names that every JavaScript object answers to. */
const TARGETS = [
  'login',
  'contact.email',
  'contact.phone',
  'a.b.c',
  'a.b.d',
  'a.e',
  'role',
  'constructor',
  '__proto__.x',
  'toString.valueOf',
];

type Scalar = string | number | boolean;
const scalar: fc.Arbitrary<Scalar> = fc.oneof(fc.string({ maxLength: 5 }), fc.integer(), fc.boolean());

const anyType = fc.constantFrom('Integer', 'Decimal', 'Boolean', 'DateTime', 'Reference');

const anyValueMap: fc.Arbitrary<NonNullable<MappingRule['valueMap']>> = fc.record({
  values: fc.constant([{ from: 'true', to: 'on' }]),
  default: fc.option(scalar, { freq: 9 }),
});

function anyRule(target: string): fc.Arbitrary<MappingRule> {
  const mapped = fc
    .record({
      source: fc.constantFrom(...SOURCES),
      otherSources: fc.uniqueArray(fc.constantFrom(...SOURCES), { maxLength: 2 }),
      // Mostly lenient: a person who is refused shows little.
      required: fc.integer({ min: 0, max: 9 }).map((drawn) => drawn === 0),
      type: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(null, 'String', 'StringList') }, { weight: 1, arbitrary: anyType }),
      transform: fc.constantFrom('none', 'none', 'lower', 'upper', 'trim'),
      valueMap: fc.option(anyValueMap, { freq: 5 }),
    } as const)
    .map(({ source, ...rule }) => aRule(source, target, rule));
  const constant = scalar.map((value) => ({ ...aRule('title', target), source: null, constant: value }));
  return fc.oneof({ weight: 6, arbitrary: mapped }, { weight: 1, arbitrary: constant });
}

/** Rules for some of a few targets, all of which a tenant could have at once. */
const anyMapping: fc.Arbitrary<MappingRule[]> = fc
  .subarray(TARGETS)
  .chain((targets) => (targets.length === 0 ? fc.constant([]) : fc.tuple(...targets.map(anyRule))));

/** Of targets that a rule may have too. */
const anyDefaults: fc.Arbitrary<TenantConfig['newUserDefaults']> = fc
  .subarray(TARGETS)
  .chain((targets) =>
    targets.length === 0 ? fc.constant([]) : fc.tuple(...targets.map((target) => scalar.map((value) => ({ target, value })))),
  );

/** A tenant whose people are looked for by any of its targets. */
export const anyModel: fc.Arbitrary<TenantModel> = fc
  .record({ mapping: anyMapping, newUserDefaults: anyDefaults, matchExistingBy: fc.subarray(TARGETS) })
  .map((config) => compileTenantModel(aTenantConfig(config)));

/** What a directory sends, as it is kept of a person. */
export function anyUserResource({ schemas, selection }: TenantModel): fc.Arbitrary<StoredUser['resource']> {
  const rest = fc.record({ userName: fc.string({ minLength: 1 }).filter((text) => text.trim() !== ''), active: fc.boolean() });
  return fc
    .tuple(anyResource(schemas), rest)
    .map(([resource, identity]) => ({ ...selectAttributes(resource, selection).resource, ...identity }));
}

const fieldName = fc.oneof(
  fc.constantFrom('login', 'contact', 'email', 'phone', 'a', 'b', 'c', 'role', 'constructor', '__proto__', 'toString', 'x'),
  fc.string({ minLength: 1, maxLength: 3 }).filter((name) => !name.includes('.')),
);

/** The product's record, as an import brings it. */
export const anyRecord: fc.Arbitrary<PersonRecord> = fc.letrec<{ value: PersonValue; record: PersonRecord }>((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, scalar, fc.array(scalar, { maxLength: 3 }), tie('record')),
  record: fc.array(fc.tuple(fieldName, tie('value')), { maxLength: 4 }).map((fields): PersonRecord => Object.fromEntries(fields)),
})).record;

/** Paths of all that is no record, or an empty one. */
export function leavesOf(person: PersonRecord, above: readonly string[] = []): (readonly string[])[] {
  return Object.entries(person).flatMap(([field, value]) => {
    const path = [...above, field];
    const isInner = typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length > 0;
    return isInner ? leavesOf(value as PersonRecord, path) : [path];
  });
}
