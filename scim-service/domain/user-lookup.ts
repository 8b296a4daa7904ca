/**
 * How a page of people is found. `userName` and `email` compare without regard to case, `id` and `externalId` exactly.
 * `email` looks at the values of all of a person's `emails`.
 */
export type UserLookup =
  | { readonly by: 'all' }
  | { readonly by: 'id'; readonly value: string }
  | { readonly by: 'userName' | 'externalId' | 'email'; readonly value: string };
