import { nextVersion } from './next-version.ts';
import { copyValue, draftOf, fieldAt, fieldsAsIn, overlay, setField, withoutFields, type PersonDraft } from './person-fields.ts';
import { personOf, projectRules } from './project-person.ts';
import { isStorable, requireStorableSize } from './require-storable-size.ts';
import { sameJson } from './same-json.ts';
import { selectAttributes } from './select-attributes.ts';
import type { PersonRecord, StoredUser } from './stored-user.ts';
import type { TenantModel } from './tenant-model.ts';

type UserResource = StoredUser['resource'];

/** What of a stored person the mapping and the template make. */
type MadeRecord = Pick<StoredUser, 'person' | 'defaults' | 'own' | 'projection'>;

/** What of a record no rule has written. */
type Unwritten = Pick<StoredUser, 'defaults' | 'own'>;

/** @param resource restricted to the tenant's selection, as in the functions below */
export function newUser(model: TenantModel, resource: UserResource, { id, now }: { id: string; now: Date }): StoredUser {
  const projected = personOf(projectRules(resource, model.rules));
  const record = recordOf(model, projected, { defaults: template(projected, model), own: {} });
  return requireStorableSize({ ...brandNew(model, id, now), resource, ...record });
}

/**
 * The person whom the product had before the directory came: their own record stays but for what the mapping writes. They
 * are new to the directory and not to the product, so the template for new people is not for them.
 */
export function adoptedUser(
  model: TenantModel,
  existing: { readonly id: string; readonly person: PersonRecord },
  resource: UserResource,
  now: Date,
): StoredUser {
  const projected = personOf(projectRules(resource, model.rules));
  const record = recordOf(model, projected, { defaults: {}, own: existing.person });
  return requireStorableSize({ ...brandNew(model, existing.id, now), resource, ...record });
}

/** The person whom DELETE hid, created again: same id and creation; what a template set once is not set anew. */
export function revivedUser(model: TenantModel, retired: StoredUser, resource: UserResource, now: Date): StoredUser {
  const record = recordOf(model, personOf(projectRules(resource, model.rules)), unwrittenOf(model, retired));
  return requireStorableSize({ ...nextVersion(retired, now), resource, ...record, deletedAt: null });
}

/**
 * @returns `stored` itself when neither resource nor person would change
 * @throws ScimError 400 invalidValue for what the mapping can't make; not where all that changes is that somebody is no longer
 * active: a stored value that a later mapping doesn't take must not keep a leaver in
 */
export function changedUser(model: TenantModel, stored: StoredUser, resource: UserResource, now: Date): StoredUser {
  const projection = projectRules(resource, model.rules);
  if (projection.problems.length > 0 && onlySwitchesOff(model, stored, resource)) {
    return { ...nextVersion(stored, now), resource, ...switchedOff(model, stored) };
  }
  const record = recordOf(model, personOf(projection), unwrittenOf(model, stored));
  if (sameJson(resource, stored.resource) && sameJson(record.person, stored.person)) return stored;
  return requireStorableSize({ ...nextVersion(stored, now), resource, ...record });
}

/** What DELETE leaves of a person in a tenant that keeps its people. Nothing of it can fail. */
export function retiredUser(model: TenantModel, stored: StoredUser, now: Date): StoredUser {
  const next = nextVersion(stored, now);
  const resource: UserResource = { ...stored.resource, active: false };
  return { ...next, resource, ...switchedOff(model, stored), deletedAt: next.lastModified };
}

/**
 * The same person by another mapping. What it no longer selects is gone from the resource, what it newly selects isn't there
 * yet. The version stays: a client has sent nothing, and who writes meanwhile is the one to win.
 * @returns also how many rules found nothing that they could take; the rest is made all the same. Where all of it together is
 * more than a store keeps, the record of before stays, and that is one problem more.
 */
export function reprojectedUser(model: TenantModel, stored: StoredUser): { readonly user: StoredUser; readonly problems: number } {
  const { userName, active } = stored.resource;
  const resource: UserResource = { ...selectAttributes(stored.resource, model.selection).resource, userName, active };
  const { person, problems } = projectRules(resource, model.rules);
  const user = { ...stored, resource, ...recordOf(model, person, unwrittenOf(model, stored)) };
  if (isStorable(user)) return { user, problems: problems.length };
  return { user: { ...stored, resource, projection: model.projection }, problems: problems.length + 1 };
}

function onlySwitchesOff(model: TenantModel, { resource: before }: StoredUser, resource: UserResource): boolean {
  if (!before.active || resource.active) return false;
  const { userName } = before;
  return sameJson({ ...selectAttributes(before, model.selection).resource, userName, active: false }, resource);
}

/**
 * The record of somebody who is active no more. Only what is mapped from `active` changes: a projection of everything could
 * fail, and then the product would go on showing the person as active.
 */
function switchedOff(model: TenantModel, stored: StoredUser): Pick<StoredUser, 'person' | 'defaults' | 'own'> {
  const rules = model.rules.filter(({ sources }) => sources.some(({ path }) => !path.extension && path.attribute.name === 'active'));
  const projected = projectRules({ ...stored.resource, active: false }, rules).person;
  const targets = rules.map(({ targetNames }) => targetNames);
  // A value map may have no word for it: then the record says nothing rather than that the person is active.
  const wordless = targets.filter((names) => fieldAt(projected, names) === null);
  const person = draftOf(withoutFields(stored.person, wordless));
  for (const names of targets) {
    const value = fieldAt(projected, names);
    if (value !== null) setField(person, names, value);
  }
  return { person, defaults: withoutFields(stored.defaults, targets), own: withoutFields(stored.own, targets) };
}

function brandNew(model: TenantModel, id: string, now: Date) {
  return { tenant: model.key, id, version: 1, createdAt: now, lastModified: now, deletedAt: null };
}

/**
 * What was there before the mapping stays until a rule writes the field, once: a title that the directory cleared must not
 * give way to an old default or to what the product had years ago.
 */
function recordOf(model: TenantModel, projected: PersonRecord, before: Unwritten): MadeRecord {
  const written = model.rules.map(({ targetNames }) => targetNames).filter((names) => fieldAt(projected, names) !== null);
  const defaults = withoutFields(before.defaults, written);
  const own = withoutFields(before.own, written);
  return { person: overlay(overlay(own, defaults), projected), defaults, own, projection: model.projection };
}

/** As the product has it by now: what no rule writes is the product's to change. */
function unwrittenOf(model: TenantModel, stored: StoredUser): Unwritten {
  if (stored.projection === '') return { defaults: recognisedDefaults(model, stored), own: {} };
  const { person } = stored;
  return { defaults: fieldsAsIn(stored.defaults, person), own: fieldsAsIn(stored.own, person) };
}

/** Of a person who was stored before it was kept what a template had set: what the mapping doesn't make of the resource. */
function recognisedDefaults(model: TenantModel, { resource, person }: StoredUser): PersonDraft {
  const mapped: PersonRecord = projectRules(resource, model.rules).person;
  const defaults: PersonDraft = {};
  for (const { target } of model.config.newUserDefaults) {
    const names = target.split('.');
    const value = fieldAt(person, names);
    if (value !== null && fieldAt(mapped, names) === null) setField(defaults, names, copyValue(value));
  }
  return defaults;
}

/** The values of `newUserDefaults` for the fields that the mapping left empty. */
function template(projected: PersonRecord, model: TenantModel): PersonDraft {
  const defaults: PersonDraft = {};
  for (const { target, value } of model.config.newUserDefaults) {
    const names = target.split('.');
    if (fieldAt(projected, names) === null) setField(defaults, names, value);
  }
  return defaults;
}
