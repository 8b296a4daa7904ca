import type { SchemaSet } from '#common/scim/schema.ts';
import { isScimList, isScimObject, type ScimObject, type ScimValue } from '../scim/scim-value.ts';
import { readAttributeList, type AttributeList, type ListedPart } from './attribute-list.ts';

/** What a client wants of a resource (RFC 7644 section 3.9). */
export interface Projection {
  /** Names that the client wants alone; none means the default set. */
  readonly attributes?: readonly string[];
  readonly excludedAttributes?: readonly string[];
}

/** `returned: always`, whatever a client lists (RFC 7643 section 3.1 and 7). */
const ALWAYS_RETURNED = ['schemas', 'id'];

/**
 * Leaves of a representation what the client wants, `id` in any case; the very same object when it wants everything. The
 * names are read once, as there may be thousands of them and of resources.
 */
export function compileRestriction(schemas: SchemaSet, projection: Projection): (resource: ScimObject) => ScimObject {
  const { wanted, unwanted } = readProjection(schemas, projection);
  return (resource) => (wanted || unwanted ? restrict(resource, schemas, wanted, unwanted) : resource);
}

/**
 * What compileRestriction does to one attribute of the core schema, worked out once for many values of it.
 * @returns null when nothing of the attribute is wanted, so that it need not be read; the function's null leaves a value out
 */
export function restrictionOf(
  attribute: string,
  schemas: SchemaSet,
  projection: Projection,
): ((value: ScimObject) => ScimValue | null) | null {
  const { wanted, unwanted } = readProjection(schemas, projection);
  const wantedPart = wanted === null ? 'whole' : wanted(schemas.core.id, attribute);
  const unwantedPart = unwanted === null ? null : unwanted(schemas.core.id, attribute);
  if (wantedPart === null || unwantedPart === 'whole') return null;
  return wantedPart === 'whole' && unwantedPart === null ? (value) => value : (value) => restrictValue(value, wantedPart, unwantedPart);
}

function readProjection(schemas: SchemaSet, { attributes, excludedAttributes }: Projection) {
  return {
    wanted: attributes?.length ? readAttributeList(attributes, schemas) : null,
    unwanted: excludedAttributes?.length ? readAttributeList(excludedAttributes, schemas) : null,
  };
}

function restrict(resource: ScimObject, schemas: SchemaSet, wanted: AttributeList | null, unwanted: AttributeList | null): ScimObject {
  const urns = new Set(schemas.extensions.map(({ id }) => id));
  const restrictObject = (attributes: ScimObject, schema: string): ScimObject =>
    Object.fromEntries(
      Object.entries(attributes).flatMap(([name, value]): [string, ScimValue][] => {
        if (schema === schemas.core.id && ALWAYS_RETURNED.includes(name)) return [[name, value]];
        const restricted =
          urns.has(name) && isScimObject(value)
            ? nonEmpty(restrictObject(value, name))
            : restrictValue(value, wanted ? wanted(schema, name) : 'whole', unwanted ? unwanted(schema, name) : null);
        return restricted === null ? [] : [[name, restricted]];
      }),
    );
  return restrictObject(resource, schemas.core.id);
}

function restrictValue(value: ScimValue, wanted: ListedPart | null, unwanted: ListedPart | null): ScimValue | null {
  if (wanted === null || unwanted === 'whole') return null;
  if (isScimList(value)) {
    const values = value.map((entry) => restrictValue(entry, wanted, unwanted)).filter((entry) => entry !== null);
    return values.length === 0 ? null : values;
  }
  if (!isScimObject(value)) return value;
  return nonEmpty(
    Object.fromEntries(Object.entries(value).filter(([name]) => (wanted === 'whole' || wanted.has(name)) && !unwanted?.has(name))),
  );
}

function nonEmpty(value: ScimObject): ScimObject | null {
  return Object.keys(value).length === 0 ? null : value;
}
