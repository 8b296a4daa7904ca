/** Most resources of one page. */
export const MAX_RESULTS = 200;
/** Resources of a page when the request doesn't say. */
export const DEFAULT_PAGE_SIZE = 100;
/** How long a cursor can be used after it was given. */
export const CURSOR_TIMEOUT_SECONDS = 600;

export interface BulkLimits {
  /** Of one request. */
  readonly maxOperations: number;
  /** Bytes of one request. */
  readonly maxPayloadSize: number;
}

/**
 * What this version of the service can do (RFC 7643 section 5); it claims nothing that it would answer with an error.
 * @param baseUrl of the tenant, ending in `/scim/v2`
 */
export function serviceProviderConfig(baseUrl: string, bulk: BulkLimits): Record<string, unknown> {
  return {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
    patch: { supported: true },
    bulk: { supported: true, maxOperations: bulk.maxOperations, maxPayloadSize: bulk.maxPayloadSize },
    filter: { supported: true, maxResults: MAX_RESULTS },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    // RFC 9865 section 4. Who asks for neither gets pages by index, as every client knows them.
    pagination: {
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: DEFAULT_PAGE_SIZE,
      maxPageSize: MAX_RESULTS,
      cursorTimeout: CURSOR_TIMEOUT_SECONDS,
    },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'OAuth Bearer Token',
        description: "The tenant's token in the Authorization header.",
        specUri: 'https://www.rfc-editor.org/info/rfc6750',
        primary: true,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
  };
}
