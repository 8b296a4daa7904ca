import { describe, expect, test } from '@jest/globals';
import { schemaDocuments } from '#scim-service/scim/discovery/schema-documents.ts';
import { CORE, CUSTOM, ENTERPRISE, USER_SCHEMAS } from '#test/support/user-schemas.ts';

const BASE_URL = 'https://scim.example.com/team-hr/acme/scim/v2';

describe('schemaDocuments', () => {
  test('a tenant sees what it selected, and no extension of which it selected nothing', () => {
    const selected = new Set([
      `${CORE}:externalId`,
      `${CORE}:userName`,
      `${CORE}:name`,
      `${CORE}:name.givenName`,
      `${CORE}:emails`,
      `${CUSTOM}:badge`,
    ]);
    const documents = schemaDocuments(BASE_URL, USER_SCHEMAS, (schema, attribute, subAttribute) =>
      selected.has(`${schema}:${attribute}${subAttribute === null ? '' : `.${subAttribute}`}`),
    );
    expect(documents.map(({ id }) => id)).toEqual([CORE, CUSTOM]);
    expect(documents[0]).toEqual({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
      id: CORE,
      name: 'User',
      description: 'User Account',
      attributes: [
        expect.objectContaining({ name: 'externalId', caseExact: true }),
        expect.objectContaining({
          name: 'userName',
          type: 'string',
          multiValued: false,
          required: true,
          caseExact: false,
          mutability: 'readWrite',
          returned: 'default',
          uniqueness: 'server',
        }),
        expect.objectContaining({ name: 'name', type: 'complex', subAttributes: [expect.objectContaining({ name: 'givenName' })] }),
      ],
      meta: { resourceType: 'Schema', location: `${BASE_URL}/Schemas/${CORE}` },
    });
    expect(documents[1]).toMatchObject({ attributes: [{ name: 'badge', type: 'integer', multiValued: false }] });
  });

  test('everything is there when everything is kept, and what is there is plain JSON', () => {
    const documents = schemaDocuments(BASE_URL, USER_SCHEMAS, () => true);
    expect(documents.map(({ id }) => id)).toEqual([CORE, ENTERPRISE, CUSTOM]);
    expect(JSON.parse(JSON.stringify(documents))).toEqual(documents);
    expect(JSON.stringify(documents)).not.toContain('null');
  });

  test('when nothing is kept the core schema is left, empty', () => {
    expect(schemaDocuments(BASE_URL, USER_SCHEMAS, () => false)).toEqual([expect.objectContaining({ id: CORE, attributes: [] })]);
  });
});
