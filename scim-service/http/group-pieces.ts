import { groupRepresentation, memberRepresentation } from '../domain/represent-group.ts';
import type { RepresentationOptions } from '../domain/represent-user.ts';
import type { GroupView } from '../provisioning/group-provisioning.ts';

/**
 * JSON of a group in pieces, one for each page of members, so that a group of any size is never held whole. Joined they are
 * what representGroup says, and `members` behind it unless there are none.
 */
export function groupPieces(options: Omit<RepresentationOptions, 'model'>): (view: GroupView) => AsyncGenerator<string, void, undefined> {
  const representGroup = groupRepresentation(options);
  const representMember = memberRepresentation(options);
  return ({ group, members }) => pieces(JSON.stringify(representGroup(group)), members, representMember);
}

/** @param text the group without its members */
async function* pieces(
  text: string,
  members: GroupView['members'],
  represent: ReturnType<typeof memberRepresentation>,
): AsyncGenerator<string, void, undefined> {
  if (members === null || represent === null) {
    yield text;
    return;
  }
  // Never empty: `schemas` and `id` are always there.
  yield text.slice(0, -1);
  let separator = ',"members":[';
  for await (const page of members) {
    const texts = page.flatMap((member) => JSON.stringify(represent(member) ?? undefined) ?? []);
    if (texts.length === 0) continue;
    yield `${separator}${texts.join(',')}`;
    separator = ',';
  }
  yield separator === ',' ? ']}' : '}';
}
