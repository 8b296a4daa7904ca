import { samePerson, type Group, type Person } from './person.ts';

/** A write without an answer: whether it was carried out is not known, nor whether it will be. */
export interface Doubt {
  readonly kind: 'person' | 'group';
  /** userName or displayName, which nobody else has and nobody changes. */
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** One of these is to be found; null is nobody. */
  readonly possible: readonly (Person | Group | null)[];
}

/** Everybody of one tenant, as far as the service has acknowledged it. Ids are the service's. */
export class PeopleBook {
  readonly people = new Map<string, Person>();
  readonly groups = new Map<string, Group>();
  /** By userName, those whom DELETE made go, with the id that they had. */
  readonly retired = new Map<string, string>();
  /** By name. */
  readonly doubts = new Map<string, Doubt>();
  #named = 0;

  /** A name that nobody has had. */
  newName(): string {
    this.#named += 1;
    return `p${this.#named}`;
  }

  /** People about whom nothing is in doubt. */
  certain(): readonly (readonly [id: string, person: Person])[] {
    return [...this.people].filter(([, { userName }]) => !this.doubts.has(userName));
  }

  certainGroups(): readonly (readonly [id: string, group: Group])[] {
    return [...this.groups].filter(([, { displayName }]) => !this.doubts.has(displayName));
  }

  doubt(doubt: Doubt): void {
    this.doubts.set(doubt.name, doubt);
  }

  put(id: string, person: Person): void {
    this.retired.delete(person.userName);
    this.people.set(id, person);
  }

  retire(id: string): void {
    const person = this.people.get(id);
    if (!person) return;
    this.people.delete(id);
    this.retired.set(person.userName, id);
  }

  /** Members who are shown: a deleted person is none, and is one again when brought back under the same id. */
  shownMembers({ members }: Group): readonly string[] {
    return [...members].filter((id) => this.people.has(id)).toSorted();
  }

  /** The tenant has gone with its people. */
  clear(): void {
    for (const part of [this.people, this.groups, this.retired, this.doubts]) part.clear();
  }

  /**
   * Enters what a lookup found of somebody in doubt.
   * @returns what is wrong: they are as they can't be; null when nothing is
   */
  settlePerson(doubt: Doubt, found: { readonly id: string; readonly person: Person } | null): string | null {
    this.doubts.delete(doubt.name);
    const before = [...this.people].find(([, { userName }]) => userName === doubt.name)?.[0] ?? null;
    if (found === null) {
      if (before !== null) this.retire(before);
      return doubt.possible.includes(null) ? null : `${doubt.name} is not there, and nobody asked for that`;
    }
    if (before !== null && before !== found.id) return `${doubt.name} had the id ${before} and has ${found.id}`;
    this.put(found.id, found.person);
    const isPossible = doubt.possible.some((state) => state !== null && 'userName' in state && samePerson(state, found.person));
    return isPossible ? null : `${doubt.name} is as nobody asked for: ${JSON.stringify(found.person)}`;
  }

  /** The same of a group; members of it who were deleted meanwhile make no difference. */
  settleGroup(doubt: Doubt, found: { readonly id: string; readonly members: readonly string[] } | null): string | null {
    this.doubts.delete(doubt.name);
    const before = [...this.groups].find(([, { displayName }]) => displayName === doubt.name);
    if (found === null) {
      if (before) this.groups.delete(before[0]);
      return doubt.possible.includes(null) ? null : `the group ${doubt.name} is not there, and nobody asked for that`;
    }
    const shown = JSON.stringify(found.members.toSorted());
    const state = doubt.possible.find(
      (group) => group !== null && 'members' in group && JSON.stringify(this.shownMembers(group)) === shown,
    );
    this.groups.set(found.id, { displayName: doubt.name, members: state && 'members' in state ? state.members : new Set(found.members) });
    return state ? null : `the group ${doubt.name} has members that nobody asked for: ${shown}`;
  }
}
