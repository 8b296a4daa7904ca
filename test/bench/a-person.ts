import type { PersonRecord, StoredUser } from '#scim-service/domain/stored-user.ts';
import { projectPerson } from '#scim-service/domain/project-person.ts';
import { compileTenantModel } from '#scim-service/domain/tenant-model.ts';
import { BENCH_CONFIG } from './bench-tenant.ts';
import { entraUser, FIRST_CREATED_AT, idOf, TENANT } from './people.ts';

const MODEL = compileTenantModel(BENCH_CONFIG);

/** The n-th person as the service would have stored them, so that service and floor move the same bytes. */
export function aPerson(n: number): StoredUser {
  const { schemas: _schemas, ...resource } = entraUser(n);
  const createdAt = new Date(FIRST_CREATED_AT + n);
  return {
    tenant: TENANT,
    id: idOf(n),
    version: 1,
    createdAt,
    lastModified: createdAt,
    resource: resource as StoredUser['resource'],
    person: personOf(resource as StoredUser['resource']),
    defaults: {},
    own: {},
    projection: MODEL.projection,
    deletedAt: null,
  };
}

function personOf(resource: StoredUser['resource']): PersonRecord {
  return projectPerson(resource, MODEL);
}
