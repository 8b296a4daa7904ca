import { matchKey } from '../../domain/match-keys.ts';
import { fieldAt } from '../../domain/person-fields.ts';
import type { StoredUser } from '../../domain/stored-user.ts';
import type { TenantModel } from '../../domain/tenant-model.ts';
import { ScimError } from '../../scim/scim-error.ts';
import type { ExistingPerson } from '../existing-people-store.ts';
import type { ProvisioningParts } from '../provisioning-parts.ts';

/** Ids that a message names. */
const NAMED_IDS = 5;

/**
 * The person who is there and whom a new one is: whom DELETE hid under the same userName; else, by the first target of
 * `matchExistingBy` that finds anybody, whom the product had before the directory or whom DELETE hid. A tenant that removes
 * people by now may have some whom it kept before; they come back all the same, or the product would have them twice.
 * @param user as newUser makes it
 * @returns null when nobody is
 * @throws ScimError 409 uniqueness of reason AmbiguousMatch when a target finds several
 */
export async function findExisting({ store }: ProvisioningParts, model: TenantModel, user: StoredUser): Promise<ExistingPerson | null> {
  const namesake = await store.users.findRetiredByUserName(model.key, user.resource.userName);
  if (namesake !== null) return { kind: 'retired', user: namesake };
  for (const target of model.config.matchExistingBy) {
    const key = keyOf(target, user, model);
    const found = key === null ? [] : await store.existing.findByKey(model.key, key, NAMED_IDS + 1);
    if (found.length > 1) throw ambiguousMatch(target, found);
    if (found[0] !== undefined) return found[0];
  }
  return null;
}

/** What a template or a constant says of everybody tells nobody apart. */
function keyOf(target: string, { person, defaults }: StoredUser, { rules }: TenantModel): string | null {
  const names = target.split('.');
  const isForAll = fieldAt(defaults, names) !== null || rules.some((rule) => rule.target === target && rule.constant !== null);
  return isForAll ? null : matchKey(target, fieldAt(person, names));
}

function ambiguousMatch(target: string, found: readonly ExistingPerson[]): ScimError {
  const ids = found.map((existing) => JSON.stringify(existing.kind === 'retired' ? existing.user.id : existing.id));
  const [count, shown] =
    ids.length > NAMED_IDS ? [`more than ${NAMED_IDS}`, `${ids.slice(0, NAMED_IDS).join(', ')} and others`] : [ids.length, ids.join(', ')];
  const summary = `${count} people of the product have the value that ${JSON.stringify(target)} of this person has (matchExistingBy)`;
  const detail =
    `${summary}, so it is not known which of them this is: ids ${shown}. Nothing was changed. ` +
    `Make ${JSON.stringify(target)} unique among the product's records, or name a target before it that tells them apart`;
  return new ScimError(409, 'uniqueness', detail, { summary, reason: 'AmbiguousMatch' });
}
