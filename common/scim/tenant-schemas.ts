import { sourcesOf, type MappingRule, type MappingValueType } from '../tenant-config.ts';
import type { ValuePath } from './filter-tree.ts';
import { defineAttribute, defineSchema } from './define-attribute.ts';
import { ENTERPRISE_USER_SCHEMA } from './enterprise-user-schema.ts';
import { parseValuePath } from './parse-path.ts';
import { ScimSyntaxError } from './scim-syntax-error.ts';
import type { AttributeDefinition, AttributeType, SchemaDefinition, SchemaSet } from './schema.ts';
import { CORE_USER_SCHEMA } from './user-schema.ts';

/** URN that Entra demands of a custom extension; group 1 is its name, which may have several levels (`acme:hr`, `acme.hr`). */
const CUSTOM_EXTENSION_URN = /^urn:ietf:params:scim:schemas:extension:([A-Za-z0-9_-]+(?:[.:][A-Za-z0-9_-]+)*):2\.0:User$/i;

const ATTRIBUTE_TYPES: Readonly<Record<MappingValueType, AttributeType>> = {
  String: 'string',
  Integer: 'integer',
  Decimal: 'decimal',
  Boolean: 'boolean',
  DateTime: 'dateTime',
  Reference: 'reference',
  StringList: 'string',
};

type Rule = Readonly<{ source: string; type: MappingValueType | null }>;
/** An attribute of a custom extension as one rule of the mapping names it. */
type CustomAttribute = Readonly<{ schema: string; name: string; type: MappingValueType | null }>;

/**
 * The User schemas of a tenant: core, enterprise, and one extension for each custom URN among the mapping's sources, with
 * the attributes that the mapping names. These are of the type of their rules, single-valued but for StringList; string
 * when the rules name none, or not the same one. Names are spelt as in their first use. A source that `compileMappingSource` would
 * refuse adds nothing.
 */
export function tenantSchemas(mapping: readonly Rule[]): SchemaSet {
  const attributes = mapping.map(customAttribute).filter((attribute) => attribute !== null);
  const bySchema = Map.groupBy(attributes, ({ schema }) => schema.toLowerCase());
  return Object.freeze({
    core: CORE_USER_SCHEMA,
    extensions: Object.freeze([ENTERPRISE_USER_SCHEMA, ...[...bySchema.values()].map(customSchema)]),
  });
}

/** `tenantSchemas` of whole rules. A value map's type is that of the product's values, so the directory's are text there. */
export function mappingSchemas(mapping: readonly MappingRule[]): SchemaSet {
  return tenantSchemas(
    mapping.flatMap((rule) => sourcesOf(rule).map((source) => ({ source, type: rule.valueMap === null ? rule.type : null }))),
  );
}

/** Whether the source's URN is one that a custom extension can have; the enterprise extension's isn't custom. */
export function isCustomExtensionUrn(urn: string): boolean {
  return CUSTOM_EXTENSION_URN.test(urn) && urn.toLowerCase() !== ENTERPRISE_USER_SCHEMA.id.toLowerCase();
}

function customAttribute({ source, type }: Rule): CustomAttribute | null {
  const path = readPath(source);
  if (path === null || path.schema === null || !isCustomExtensionUrn(path.schema)) return null;
  if (path.filter !== null || path.subAttribute !== null) return null;
  return { schema: path.schema, name: path.attribute, type };
}

function readPath(source: string): ValuePath | null {
  try {
    return parseValuePath(source);
  } catch (error) {
    if (error instanceof ScimSyntaxError) return null;
    throw error;
  }
}

function customSchema(attributes: readonly CustomAttribute[]): SchemaDefinition {
  const id = attributes[0]?.schema ?? '';
  const name = CUSTOM_EXTENSION_URN.exec(id)?.[1] ?? id;
  const byName = Map.groupBy(attributes, (attribute) => attribute.name.toLowerCase());
  return defineSchema({
    id,
    name,
    description: `Extension ${name} of the User`,
    attributes: [...byName.values()].map((uses) => customDefinition(name, uses)),
  });
}

function customDefinition(schemaName: string, uses: readonly CustomAttribute[]): AttributeDefinition {
  const types = new Set(uses.map(({ type }) => type).filter((type) => type !== null));
  const [first] = types;
  const type = first !== undefined && types.size === 1 ? first : 'String';
  return defineAttribute(uses[0]?.name ?? '', ATTRIBUTE_TYPES[type], `Attribute of the extension ${schemaName}.`, {
    multiValued: type === 'StringList',
  });
}
