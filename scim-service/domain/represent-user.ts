import { CORE_USER_URN } from '#common/scim/schema.ts';
import type { ScimObject } from '../scim/scim-value.ts';
import { resourceMeta } from './resource-meta.ts';
import { compileRestriction, restrictionOf, type Projection } from './restrict-attributes.ts';
import { selectAttributes } from './select-attributes.ts';
import type { TenantModel } from './tenant-model.ts';
import type { GroupReference, UserView } from './user-view.ts';

export interface RepresentationOptions extends Projection {
  readonly model: TenantModel;
  /** The tenant's URL up to and with `/scim/v2`, no slash at its end. */
  readonly baseUrl: string;
}

/**
 * A person as SCIM JSON, restricted to what the tenant selects now: what was selected when the person was stored may be
 * more. `groups` come in addition, since they aren't what a client sent. An extension's URN is in `schemas` exactly when its
 * object is there, and nothing empty is there: Entra takes an empty object for a difference.
 */
export function representUser(view: UserView, options: RepresentationOptions): Record<string, unknown> {
  return userRepresentation(options)(view);
}

/** As representUser, for many people. */
export function userRepresentation(options: RepresentationOptions): (view: UserView) => Record<string, unknown> {
  const { model, baseUrl } = options;
  const restrict = compileRestriction(model.schemas, options);
  const urns = model.schemas.extensions.map(({ id }) => id);
  const schemasOf = (resource: ScimObject): readonly string[] => [CORE_USER_URN, ...urns.filter((urn) => Object.hasOwn(resource, urn))];
  return ({ user, groups }) => {
    const { resource } = selectAttributes(user.resource, model.selection);
    const whole: ScimObject = {
      schemas: schemasOf(resource),
      id: user.id,
      ...resource,
      ...(groups.length === 0 ? {} : { groups: groups.map((group) => groupJson(group, baseUrl)) }),
      meta: resourceMeta('User', user, baseUrl),
    };
    const representation = restrict(whole);
    return representation === whole ? whole : { ...representation, schemas: schemasOf(representation) };
  };
}

/** Whether an answer holds a person's `groups`, so that they have to be read. */
export function wantsGroups(model: TenantModel, projection: Projection): boolean {
  return model.config.groups.enabled && restrictionOf('groups', model.schemas, projection) !== null;
}

function groupJson({ id, displayName, type }: GroupReference, baseUrl: string): ScimObject {
  return { value: id, $ref: `${baseUrl}/Groups/${encodeURIComponent(id)}`, display: displayName, type };
}
