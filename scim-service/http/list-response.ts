const LIST_RESPONSE_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

/** One page of resources (RFC 7644 section 3.4.2). */
export interface ResourcePage {
  readonly totalResults: number;
  /** Index of the first one, from 1. */
  readonly startIndex: number;
  readonly resources: readonly object[];
}

export function listResponse({ totalResults, startIndex, resources }: ResourcePage): object {
  return { schemas: [LIST_RESPONSE_SCHEMA], totalResults, startIndex, itemsPerPage: resources.length, Resources: resources };
}
