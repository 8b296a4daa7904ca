import type { MemberChange } from '../../domain/member-change.ts';
import { changedGroup } from '../../domain/next-group.ts';
import type { Member, StoredGroup } from '../../domain/stored-group.ts';
import type { TenantModel } from '../../domain/tenant-model.ts';
import { membersWrite } from './members-write.ts';
import type { ProvisioningParts } from '../provisioning-parts.ts';
import { refuseTakenDisplayName } from './refuse-taken-display-name.ts';
import { requireGroup } from './require-group.ts';
import { writeVersioned, type WriteTarget } from '../write-versioned.ts';

/** What a PUT or PATCH makes of a group. */
export interface GroupChange {
  readonly resource: (stored: StoredGroup) => StoredGroup['resource'];
  readonly members: MemberChange;
  /** Those that `members` names, known to be users and groups. */
  readonly named: readonly Member[];
}

/**
 * Writes what a change makes of a group and its members, in one step, if anything is another then.
 * @throws ScimError 400, 404, 409 uniqueness, 412, 503
 */
export function writeGroup(
  { store: { groups, memberships }, clock }: ProvisioningParts,
  model: TenantModel,
  target: WriteTarget,
  change: GroupChange,
): Promise<StoredGroup> {
  const read = (): Promise<StoredGroup> => requireGroup(groups, model, target.id);
  return writeVersioned({ type: 'Group', read }, target, async (stored) => {
    const now = new Date(clock());
    const resource = change.resource(stored);
    const withResource = changedGroup(stored, resource, { members: false, now }) !== stored;
    const write = await membersWrite(memberships, stored, change.members, { named: change.named, withResource });
    if (write.kind === 'delta') {
      // Named members don't depend on the version, so that many of them can come and go at once.
      const expectedVersion = target.ifMatch === null && !write.hasRead ? null : stored.version;
      const written = await groups.changeMembers(model.key, stored.id, write, expectedVersion, now);
      return typeof written === 'string' ? null : written;
    }
    const members = write.kind === 'whole' ? write.members : null;
    const next = changedGroup(stored, resource, { members: members !== null, now });
    if (next === stored) return stored;
    return (await refuseTakenDisplayName(() => groups.replace(next, stored.version, members))) ? next : null;
  });
}
