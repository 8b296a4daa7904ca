import type { ActualStore } from './audit/actual.ts';
import type { PeopleBook } from './model/people-book.ts';
import { personOf } from './model/person.ts';

/**
 * Settles what is still in doubt by what is stored, when nothing can happen any more: a tenant that is switched off or gone
 * answers no lookup.
 * @returns what is wrong
 */
export function settleFromStore(book: PeopleBook, store: ActualStore | undefined): readonly string[] {
  const wrong: (string | null)[] = [];
  for (const doubt of book.doubts.values()) {
    if (doubt.kind === 'person') {
      const found = store?.users.find(({ isDeleted, resource }) => !isDeleted && resource.userName === doubt.name);
      wrong.push(book.settlePerson(doubt, found ? { id: found.id, person: personOf(found.resource) } : null));
    } else {
      const found = store?.groups.find(({ displayName }) => displayName === doubt.name);
      const members = (store?.memberships ?? []).filter(({ group, visible }) => visible && group === found?.id).map(({ member }) => member);
      wrong.push(book.settleGroup(doubt, found ? { id: found.id, members } : null));
    }
  }
  return wrong.filter((line) => line !== null);
}
