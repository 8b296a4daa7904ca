import type { TenantModel } from '../../domain/tenant-model.ts';
import { quoteValue } from '../../scim/quote-value.ts';
import { ScimError } from '../../scim/scim-error.ts';
import type { BulkOperation } from './bulk-request.ts';
import type { ResourceEndpoint } from './bulk-targets.ts';

/** Where an operation goes. */
export interface OperationEndpoint {
  readonly resources: ResourceEndpoint;
  /** Decoded; may be a reference (`bulkId:qwerty`). Null for the endpoint of all resources. */
  readonly id: string | null;
}

/**
 * Reads an operation's path: `/Users`, `/Groups/<id>`, also with a slash at the end, without the one at the start, behind
 * the path or URL of this tenant, or behind `/scim/v2` or `/v2`, as clients write it that join it to a base of their own.
 * @param baseUrl of the tenant, `…/scim/v2`
 * @throws ScimError 400 for a nested bulk request, 404 for a path that bulk doesn't serve
 */
export function readEndpoint({ path, place }: BulkOperation, model: TenantModel, baseUrl: string): OperationEndpoint {
  const [resources, id, ...rest] = segmentsOf(path, model, baseUrl);
  if (resources === 'Bulk') throw ScimError.invalidSyntax(`${place}: a bulk request can't hold another one`);
  if ((resources !== 'Users' && resources !== 'Groups') || rest.length > 0) {
    throw new ScimError(
      404,
      null,
      `${place}: "path" is ${quoteValue(path)}, but /Users, /Groups or the path of one of their resources is expected`,
    );
  }
  return { resources, id: id ?? null };
}

function segmentsOf(path: string, { key }: TenantModel, baseUrl: string): string[] {
  const withoutQuery = path.trim().split(/[?#]/, 1)[0] ?? '';
  const bare = withoutQuery.startsWith(`${baseUrl}/`) ? withoutQuery.slice(baseUrl.length) : withoutQuery;
  const segments = bare.split('/').filter((segment) => segment !== '');
  const prefixes = [[...key.split('/'), 'scim', 'v2'], ['scim', 'v2'], ['v2']];
  const prefix = prefixes.find((names) => names.every((name, index) => segments[index] === name));
  return segments.slice(prefix?.length ?? 0).map(decode);
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // No id of ours has a stray percent sign, so nothing is found under it.
    return segment;
  }
}
