import { CORE_USER_URN } from '#common/scim/schema.ts';
import type { ScimObject } from '../scim/scim-value.ts';
import { resourceMeta } from './resource-meta.ts';
import { restrictAttributes, restrictionOf, type Projection } from './restrict-attributes.ts';
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
export function representUser({ user, groups }: UserView, options: RepresentationOptions): Record<string, unknown> {
  const { model, baseUrl } = options;
  const whole: ScimObject = {
    id: user.id,
    ...selectAttributes(user.resource, model.selection).resource,
    ...(groups.length === 0 ? {} : { groups: groups.map((group) => groupJson(group, baseUrl)) }),
    meta: resourceMeta('User', user, baseUrl),
  };
  const representation = restrictAttributes(whole, model.schemas, options);
  const extensions = model.schemas.extensions.map(({ id }) => id).filter((urn) => Object.hasOwn(representation, urn));
  return { schemas: [CORE_USER_URN, ...extensions], ...representation };
}

/** Whether an answer holds a person's `groups`, so that they have to be read. */
export function wantsGroups(model: TenantModel, projection: Projection): boolean {
  return model.config.groups.enabled && restrictionOf('groups', model.schemas, projection) !== null;
}

function groupJson({ id, displayName, type }: GroupReference, baseUrl: string): ScimObject {
  return { value: id, $ref: `${baseUrl}/Groups/${encodeURIComponent(id)}`, display: displayName, type };
}
