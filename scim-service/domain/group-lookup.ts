/**
 * How a page of groups is found. `displayName` compares without regard to case, the others exactly. `member` finds the
 * groups that have this user or group as a direct member.
 */
export type GroupLookup =
  | { readonly by: 'all' }
  | { readonly by: 'id'; readonly value: string }
  | { readonly by: 'displayName' | 'externalId' | 'member'; readonly value: string };
