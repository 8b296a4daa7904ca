import { CORE_USER_URN, type SchemaSet } from '#common/scim/schema.ts';
import { isScimList, isScimObject, type ScimObject, type ScimValue } from '../scim/scim-value.ts';
import { readAttributeList, type AttributeList, type ListedPart } from './attribute-list.ts';
import { etagOf } from './etag.ts';
import { selectAttributes } from './select-attributes.ts';
import type { StoredUser } from './stored-user.ts';
import type { TenantModel } from './tenant-model.ts';

export interface RepresentationOptions {
  readonly model: TenantModel;
  /** The tenant's URL up to and with `/scim/v2`, no slash at its end. */
  readonly baseUrl: string;
  /** Names that the client wants alone; none means the default set. */
  readonly attributes?: readonly string[];
  readonly excludedAttributes?: readonly string[];
}

/** `returned: always`, whatever a client lists (RFC 7643 section 3.1 and 7). */
const ALWAYS_RETURNED = ['schemas', 'id'];

/**
 * A person as SCIM JSON, restricted to what the tenant selects now: what was selected when the person was stored may be
 * more. An extension's URN is in `schemas` exactly when its object is there, and nothing empty is there: Entra takes an
 * empty object for a difference.
 */
export function representUser(user: StoredUser, options: RepresentationOptions): Record<string, unknown> {
  const { model, baseUrl } = options;
  const whole = { id: user.id, ...selectAttributes(user.resource, model.selection).resource, meta: metaOf(user, baseUrl) };
  const wanted = options.attributes?.length ? readAttributeList(options.attributes, model.schemas) : null;
  const unwanted = options.excludedAttributes?.length ? readAttributeList(options.excludedAttributes, model.schemas) : null;
  const representation = wanted || unwanted ? restrict(whole, model.schemas, wanted, unwanted) : whole;
  const extensions = model.schemas.extensions.map(({ id }) => id).filter((urn) => Object.hasOwn(representation, urn));
  return { schemas: [CORE_USER_URN, ...extensions], ...representation };
}

function metaOf(user: StoredUser, baseUrl: string): ScimObject {
  return {
    resourceType: 'User',
    created: user.createdAt.toISOString(),
    lastModified: user.lastModified.toISOString(),
    location: `${baseUrl}/Users/${encodeURIComponent(user.id)}`,
    version: etagOf(user.version),
  };
}

function restrict(resource: ScimObject, schemas: SchemaSet, wanted: AttributeList | null, unwanted: AttributeList | null): ScimObject {
  const urns = new Set(schemas.extensions.map(({ id }) => id));
  const restrictAttributes = (attributes: ScimObject, schema: string): ScimObject =>
    Object.fromEntries(
      Object.entries(attributes).flatMap(([name, value]): [string, ScimValue][] => {
        if (schema === schemas.core.id && ALWAYS_RETURNED.includes(name)) return [[name, value]];
        const restricted =
          urns.has(name) && isScimObject(value)
            ? nonEmpty(restrictAttributes(value, name))
            : restrictValue(value, wanted ? wanted(schema, name) : 'whole', unwanted ? unwanted(schema, name) : null);
        return restricted === null ? [] : [[name, restricted]];
      }),
    );
  return restrictAttributes(resource, schemas.core.id);
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
