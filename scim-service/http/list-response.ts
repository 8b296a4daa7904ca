const LIST_RESPONSE_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

/** One page of resources (RFC 7644 section 3.4.2, RFC 9865 section 2). */
export interface ResourcePage<R> {
  readonly totalResults: number;
  /** Index of the first one, from 1; null for a page by cursor, which has none. */
  readonly startIndex: number | null;
  readonly nextCursor?: string | null;
  readonly previousCursor?: string | null;
  readonly resources: readonly R[];
}

export function listResponse(page: ResourcePage<object>): object {
  return { ...listHead(page), Resources: page.resources };
}

/** JSON of a list in pieces; each resource is JSON in pieces as well. */
export async function* listPieces(page: ResourcePage<Iterable<string> | AsyncIterable<string>>): AsyncGenerator<string, void, undefined> {
  yield `${JSON.stringify(listHead(page)).slice(0, -1)},"Resources":[`;
  let separator = '';
  for (const pieces of page.resources) {
    yield separator;
    yield* pieces;
    separator = ',';
  }
  yield ']}';
}

function listHead({ totalResults, startIndex, nextCursor, previousCursor, resources }: ResourcePage<unknown>): object {
  return {
    schemas: [LIST_RESPONSE_SCHEMA],
    totalResults,
    ...(startIndex === null ? {} : { startIndex }),
    itemsPerPage: resources.length,
    ...(previousCursor == null ? {} : { previousCursor }),
    ...(nextCursor == null ? {} : { nextCursor }),
  };
}
