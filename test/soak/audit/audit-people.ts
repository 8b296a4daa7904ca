import { isDeepStrictEqual } from 'node:util';
import type { PeopleBook } from '../model/people-book.ts';
import { personOf, samePerson, type Person } from '../model/person.ts';
import { keyOf, type TenantIntent } from '../model/tenant-intent.ts';
import type { Actual, ActualStore } from './actual.ts';

const EMPTY: ActualStore = { users: [], groups: [], memberships: [] };

/** Compares everybody who was acknowledged with everybody who is stored. @returns one line for each difference */
export function auditPeople(intent: TenantIntent, book: PeopleBook, actual: Actual): readonly string[] {
  const key = keyOf(intent);
  const store = actual.stores.get(key) ?? EMPTY;
  const differences = [
    ...[...book.doubts.keys()].map((name) => `${name} is still in doubt`),
    ...present(intent, book, store),
    ...retired(intent, book, store),
    ...groups(book, store),
    ...totals(book, actual.tenants.get(key)?.answers ?? []),
  ];
  return differences.map((difference) => `${key}: ${difference}`);
}

function present(intent: TenantIntent, book: PeopleBook, { users }: ActualStore): string[] {
  const stored = users.filter(({ isDeleted }) => !isDeleted);
  const mapping = intent.paused?.mapping ?? intent.mapping;
  const lost = [...book.people].filter(([id]) => !stored.some((user) => user.id === id));
  return [
    ...lost.map(([id, { userName }]) => `${userName} (${id}) was acknowledged and is lost`),
    ...twice(stored.map(({ resource }) => resource.userName)).map((userName) => `${userName} is there twice`),
    ...stored.flatMap(({ id, active, resource, record }) => {
      const wanted = book.people.get(id);
      if (!wanted) return [`${resource.userName} (${id}) is stored, and nobody has acknowledged that`];
      const found = personOf(resource);
      return [
        ...(samePerson(found, wanted) && active === wanted.active
          ? []
          : [`${wanted.userName} is ${JSON.stringify(found)}, wanted ${JSON.stringify(wanted)}`]),
        // Without a tenant nobody makes records anew.
        ...(intent.uid === null || isDeepStrictEqual(record, recordOf(wanted, mapping))
          ? []
          : [`the record of ${wanted.userName} is ${JSON.stringify(record)}, wanted ${JSON.stringify(recordOf(wanted, mapping))}`]),
      ];
    }),
  ];
}

/** What the product shall read, by each of MAPPINGS. */
export function recordOf({ userName, displayName, title, badge }: Person, mapping: number): unknown {
  switch (mapping) {
    case 0:
      return { login: userName, name: displayName, title, badge };
    case 1:
      return { account: { login: userName, name: displayName }, designation: title, badge };
    default:
      return { login: userName.toUpperCase(), fullName: displayName, jobTitle: title, badge };
  }
}

function retired({ onDelete }: TenantIntent, book: PeopleBook, { users }: ActualStore): string[] {
  const kept = users.filter(({ isDeleted }) => isDeleted);
  const wanted = new Map(onDelete === 'Deactivate' ? [...book.retired].map(([userName, id]) => [id, userName]) : []);
  return [
    ...[...wanted]
      .filter(([id]) => !kept.some((user) => user.id === id))
      .map(([id, userName]) => `${userName} (${id}) was to be kept, inactive, and is lost`),
    ...kept
      .filter(({ id }) => !wanted.has(id))
      .map(({ id, resource }) => `${resource.userName} (${id}) is kept, inactive, and was not to be`),
    ...kept.filter(({ active }) => active).map(({ id }) => `${id} was deleted and is active`),
  ];
}

function groups(book: PeopleBook, store: ActualStore): string[] {
  return [
    ...[...book.groups]
      .filter(([id]) => !store.groups.some((group) => group.id === id))
      .map(([, { displayName }]) => `the group ${displayName} was acknowledged and is lost`),
    ...store.groups.flatMap(({ id, displayName }) => {
      const wanted = book.groups.get(id);
      if (!wanted) return [`the group ${displayName} (${id}) is stored, and nobody has acknowledged that`];
      const members = store.memberships.filter(({ group, visible }) => group === id && visible).map(({ member }) => member);
      const [found, shown] = [members.toSorted(), book.shownMembers(wanted)];
      return isDeepStrictEqual(found, shown)
        ? []
        : [`the group ${displayName} has ${found.length} members ${found.join()}, wanted ${shown.length}: ${shown.join()}`];
    }),
    ...store.memberships
      .filter(({ group }) => !store.groups.some(({ id }) => id === group))
      .map(({ group }) => `a membership is left of ${group}, which is no group`),
  ];
}

function totals(book: PeopleBook, answers: readonly { readonly pod: string; readonly total: number | null }[]): string[] {
  return answers
    .filter(({ total }) => total !== null && total !== book.people.size)
    .map(({ pod, total }) => `${pod} finds ${total} people, wanted ${book.people.size}`);
}

function twice(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
