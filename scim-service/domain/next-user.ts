import { ScimError } from '../scim/scim-error.ts';
import type { ScimObject } from '../scim/scim-value.ts';
import { nextVersion } from './next-version.ts';
import { draftOf, fieldAt, setField, type PersonDraft } from './person-fields.ts';
import { personOf, projectRules } from './project-person.ts';
import { requireStorableSize } from './require-storable-size.ts';
import { sameJson } from './same-json.ts';
import type { PersonRecord, StoredUser } from './stored-user.ts';
import type { TenantModel } from './tenant-model.ts';

type UserResource = StoredUser['resource'];

/**
 * Checks what every stored resource has.
 * @param active what `active` is when the resource doesn't say
 * @throws ScimError 400 invalidValue without a userName
 */
export function userResource(resource: ScimObject, active: boolean): UserResource {
  const { userName, active: stated } = resource;
  if (typeof userName !== 'string' || userName.trim() === '') {
    throw ScimError.invalidValue('attribute "userName" is required and must be a text that is not empty');
  }
  return { ...resource, userName, active: typeof stated === 'boolean' ? stated : active };
}

/** @param resource restricted to the tenant's selection, as in the functions below */
export function newUser(model: TenantModel, resource: UserResource, { id, now }: { id: string; now: Date }): StoredUser {
  const person = personOf(projectRules(resource, model.rules));
  fillWithDefaults(person, model);
  return requireStorableSize({ tenant: model.key, id, version: 1, createdAt: now, lastModified: now, resource, person, deletedAt: null });
}

/** The person whom DELETE hid, created again: same id and creation, and what the product set by default is not set anew. */
export function revivedUser(model: TenantModel, tombstone: StoredUser, resource: UserResource, now: Date): StoredUser {
  const person = personOf(projectRules(resource, model.rules));
  keepDefaults(person, model, tombstone);
  fillWithDefaults(person, model);
  return requireStorableSize({ ...nextVersion(tombstone, now), resource, person, deletedAt: null });
}

/** @returns `stored` itself when neither resource nor person would change */
export function changedUser(model: TenantModel, stored: StoredUser, resource: UserResource, now: Date): StoredUser {
  const person = personOf(projectRules(resource, model.rules));
  keepDefaults(person, model, stored);
  if (sameJson(resource, stored.resource) && sameJson(person, stored.person)) return stored;
  return requireStorableSize({ ...nextVersion(stored, now), resource, person });
}

/**
 * What DELETE leaves of a person in a tenant that keeps its people. Only what is mapped from `active` changes in the
 * record: a projection of everything could fail, and then the product would go on showing the person as active.
 */
export function deactivatedUser(model: TenantModel, stored: StoredUser, now: Date): StoredUser {
  const resource: UserResource = { ...stored.resource, active: false };
  const rules = model.rules.filter(({ sources }) => sources.some(({ path }) => !path.extension && path.attribute.name === 'active'));
  const projected = projectRules(resource, rules).person;
  const person = draftOf(stored.person);
  for (const { targetNames } of rules) {
    const value = fieldAt(projected, targetNames);
    if (value !== null) setField(person, targetNames, value);
  }
  const next = nextVersion(stored, now);
  return { ...next, resource, person, deletedAt: next.lastModified };
}

function fillWithDefaults(person: PersonDraft, model: TenantModel): void {
  for (const { target, value } of model.config.newUserDefaults) {
    const names = target.split('.');
    if (fieldAt(person, names) === null) setField(person, names, value);
  }
}

/**
 * Defaults are set once and never overwritten, so a new projection takes over what the last one didn't make. What it did
 * make is gone when it isn't made again: a cleared title must not live on because its target has a default too.
 */
function keepDefaults(person: PersonDraft, model: TenantModel, stored: StoredUser): void {
  const { newUserDefaults } = model.config;
  if (newUserDefaults.length === 0) return;
  const mapped: PersonRecord = projectRules(stored.resource, model.rules).person;
  for (const { target } of newUserDefaults) {
    const names = target.split('.');
    const value = fieldAt(stored.person, names);
    if (value !== null && fieldAt(person, names) === null && fieldAt(mapped, names) === null) setField(person, names, value);
  }
}
