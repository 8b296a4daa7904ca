import type { StoredUser } from './stored-user.ts';

/** A group that a person is in, by a membership of their own (`direct`) or of a group that they are in (`indirect`). */
export interface GroupReference {
  readonly id: string;
  readonly displayName: string;
  readonly type: 'direct' | 'indirect';
}

/** A person with what is not their own: the groups that they are in, none when nobody asked for them. */
export interface UserView {
  readonly user: StoredUser;
  readonly groups: readonly GroupReference[];
}
