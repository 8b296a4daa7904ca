import { Hono } from 'hono';
import type { SchemaSet } from '#common/scim/schema.ts';
import { GROUP_SCHEMAS } from '../domain/group-model.ts';
import type { TenantModel } from '../domain/tenant-model.ts';
import { MAX_BULK_OPERATIONS } from '../provisioning/bulk/read-bulk.ts';
import { resourceTypes } from '../scim/discovery/resource-types.ts';
import { schemaDocuments, type KeepAttribute } from '../scim/discovery/schema-documents.ts';
import { serviceProviderConfig } from '../scim/discovery/service-provider-config.ts';
import { ScimError } from '../scim/scim-error.ts';
import type { AppContext, AppEnv } from './app-context.ts';
import { HttpError, methodNotAllowed, notImplemented } from './http-error.ts';
import { DEFAULT_LIMITS } from './limit-requests.ts';
import { listResponse } from './list-response.ts';
import { respond } from './scim-response.ts';
import { tenantUrl } from './tenant-url.ts';

type Document = Record<string, unknown>;

const BULK_LIMITS = { maxOperations: MAX_BULK_OPERATIONS, maxPayloadSize: DEFAULT_LIMITS.body };

/** What the tenant's endpoint can do and which attributes it takes (RFC 7644 section 4), and `/Me`, which it can't. */
export function discoveryRoutes({ externalUrl }: { readonly externalUrl: string | null }): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  const typesOf = (c: AppContext): readonly Document[] => {
    const { model } = c.get('tenant');
    return schemaSets(model).flatMap((schemas) => resourceTypes(tenantUrl(c, externalUrl), schemas));
  };
  const schemasOf = (c: AppContext): readonly Document[] => {
    const { model } = c.get('tenant');
    const keep = selectedBy(model);
    return schemaSets(model).flatMap((schemas) => schemaDocuments(tenantUrl(c, externalUrl), schemas, keep));
  };

  routes.get('/ServiceProviderConfig', (c) => {
    refuseFilter(c);
    return respond(c, 200, serviceProviderConfig(tenantUrl(c, externalUrl), BULK_LIMITS));
  });
  routes.get('/ResourceTypes', (c) => respondAll(c, typesOf(c)));
  routes.get('/ResourceTypes/:id', (c) => respond(c, 200, documentOf(c, typesOf(c), c.req.param('id'), 'resource type')));
  routes.get('/Schemas', (c) => respondAll(c, schemasOf(c)));
  routes.get('/Schemas/:id', (c) => respond(c, 200, documentOf(c, schemasOf(c), c.req.param('id'), 'schema')));

  for (const path of ['/ServiceProviderConfig', '/ResourceTypes', '/ResourceTypes/:id', '/Schemas', '/Schemas/:id']) {
    routes.all(path, (c) => {
      throw methodNotAllowed(c.req.method, 'GET, HEAD');
    });
  }
  routes.all('/Me', () => {
    throw notImplemented('/Me is not supported: a bearer token stands for a directory and not for a person');
  });
  return routes;
}

/** Each set is one resource type. */
function schemaSets({ schemas, config }: TenantModel): readonly SchemaSet[] {
  return config.groups.enabled ? [schemas, GROUP_SCHEMAS] : [schemas];
}

/** Schema documents show what the tenant's mapping takes of people, and what answers hold besides. */
function selectedBy({ schemas, selection, config }: TenantModel): KeepAttribute {
  return (schemaId, attribute, subAttribute) => {
    // Whatever a client sends as a member's `display` is not kept: it is the member's own name or soon wrong.
    if (schemaId === GROUP_SCHEMAS.core.id) return !(attribute === 'members' && subAttribute === 'display');
    if (schemaId === schemas.core.id && attribute === 'groups') return config.groups.enabled;
    const attributes = schemaId === schemas.core.id ? selection.core : selection.extensions.get(schemaId);
    const selected = attributes?.get(attribute);
    if (selected === undefined) return false;
    return subAttribute === null || selected.keep !== 'subAttributes' || selected.names.has(subAttribute);
  };
}

function respondAll(c: AppContext, documents: readonly Document[]): Response | Promise<Response> {
  refuseFilter(c);
  return respond(c, 200, listResponse({ totalResults: documents.length, startIndex: 1, resources: documents }));
}

function documentOf(c: AppContext, documents: readonly Document[], id: string, what: string): Document {
  refuseFilter(c);
  const document = documents.find((candidate) => String(candidate['id']).toLowerCase() === id.toLowerCase());
  if (document !== undefined) return document;
  throw ScimError.notFound(`${what} ${JSON.stringify(id.slice(0, 100))}`);
}

/** RFC 7644 section 4: so that a client does not take what it gets for what it asked. */
function refuseFilter(c: AppContext): void {
  if (c.req.query('filter') !== undefined) throw new HttpError(403, 'discovery documents can not be filtered; ask without filter');
}
