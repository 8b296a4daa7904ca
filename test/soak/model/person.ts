/** A person as the directory has them. */
export interface Person {
  readonly userName: string;
  readonly displayName: string;
  readonly title: string;
  readonly badge: number;
  readonly active: boolean;
}

export interface Group {
  readonly displayName: string;
  /** Ids of people; whoever was deleted since is not shown. */
  readonly members: ReadonlySet<string>;
}

export function samePerson(one: Person, other: Person): boolean {
  return (
    one.userName === other.userName &&
    one.displayName === other.displayName &&
    one.title === other.title &&
    one.badge === other.badge &&
    one.active === other.active
  );
}

export const BADGE_SCHEMA = 'urn:ietf:params:scim:schemas:extension:acme:2.0:User';

/** Of a SCIM resource, or of what the store keeps of one. */
// oxlint-disable-next-line typescript/no-explicit-any -- what a server answers is what is found out
export function personOf(resource: any): Person {
  return {
    userName: resource.userName,
    displayName: resource.displayName ?? '',
    title: resource.title ?? '',
    badge: resource[BADGE_SCHEMA]?.badge ?? 0,
    active: resource.active,
  };
}
