/**
 * How a page of people is found. `userName` and `email` compare without regard to case, the others exactly.
 * `email` looks at the values of all of a person's `emails`; `group` finds the direct members of a group.
 */
export type UserLookup =
  | { readonly by: 'all' }
  | { readonly by: 'id'; readonly value: string }
  | { readonly by: 'userName' | 'externalId' | 'email' | 'group'; readonly value: string };
