import { CORE_GROUP_URN } from '#common/scim/schema.ts';
import type { ScimObject, ScimValue } from '../scim/scim-value.ts';
import { GROUP_SCHEMAS } from './group-model.ts';
import type { RepresentationOptions } from './represent-user.ts';
import { resourceMeta } from './resource-meta.ts';
import { compileRestriction, restrictionOf, type Projection } from './restrict-attributes.ts';
import type { Member, StoredGroup } from './stored-group.ts';

/** A group as SCIM JSON without its `members`: there may be so many that they are written one after the other, by memberRepresentation. */
export function representGroup(group: StoredGroup, options: Omit<RepresentationOptions, 'model'>): Record<string, unknown> {
  return groupRepresentation(options)(group);
}

/** As representGroup, for many groups. */
export function groupRepresentation(options: Omit<RepresentationOptions, 'model'>): (group: StoredGroup) => Record<string, unknown> {
  const restrict = compileRestriction(GROUP_SCHEMAS, options);
  return (group) => {
    const whole: ScimObject = { id: group.id, ...group.resource, meta: resourceMeta('Group', group, options.baseUrl) };
    return { schemas: [CORE_GROUP_URN], ...restrict(whole) };
  };
}

/** A value of a group's `members`. */
export function memberJson({ id, type }: Member, baseUrl: string): ScimObject {
  return { value: id, $ref: `${baseUrl}/${type}s/${encodeURIComponent(id)}`, type };
}

/** Whether an answer holds a group's `members`, so that they have to be read. */
export function wantsMembers(projection: Projection): boolean {
  return restrictionOf('members', GROUP_SCHEMAS, projection) !== null;
}

/**
 * How the members of a group are written into an answer.
 * @returns null when the client doesn't want them; the function's null leaves a member out
 */
export function memberRepresentation(options: Omit<RepresentationOptions, 'model'>): ((member: Member) => ScimValue | null) | null {
  const restrict = restrictionOf('members', GROUP_SCHEMAS, options);
  return restrict && ((member) => restrict(memberJson(member, options.baseUrl)));
}
