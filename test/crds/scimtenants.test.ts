import { describe, expect, test } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { API_GROUP, API_VERSION, KIND, PLURAL } from '#operator/api/scim-tenant.ts';
import { scimTenantSpecSchema } from '#operator/api/scim-tenant-spec.ts';
import { MOST_ARRIVING_ATTRIBUTES, MOST_IGNORED_ATTRIBUTES, MOST_RECENT_FAILURES } from '#operator/api/scim-tenant-status.ts';
import { compileMapping } from '#operator/reconcile/compile-mapping.ts';

interface Schema {
  readonly [keyword: string]: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | false;
  readonly required?: readonly string[];
}

const crd = parse(await readFile('crds/scimtenants.yaml', 'utf8'));
const crdSpec: Schema = crd.spec.versions[0].schema.openAPIV3Schema.properties.spec;
const crdStatus: Schema = crd.spec.versions[0].schema.openAPIV3Schema.properties.status;
const codeSpec = z.toJSONSchema(scimTenantSpecSchema, { io: 'input' }) as Schema;

const BOUNDS = [
  'type',
  'default',
  'enum',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'maxProperties',
] as const;

/** Unions with Booleans, which OpenAPI can't say; the API server's test covers them. */
const UNIONS = /\.(value|constant|valueMap\.default|valueMap\.values\.\*)$/;

/** Whole numbers and texts for one setting: the CRD says so by an extension and bounds both by CEL. */
const INT_OR_STRING = /^type\(self\) == int \? self >= (\d+) && self <= (\d+) : self\.matches\(r'(.*)'\)$/;

/** Path -> what an accepted value must be like, for every property and every item of a schema. */
function rulesOf(schema: Schema, path = 'spec', into: Record<string, unknown> = {}): Record<string, unknown> {
  if (UNIONS.test(path)) return into;
  const rule: Record<string, unknown> = eitherKindOf(schema);
  for (const bound of BOUNDS) if (schema[bound] !== undefined) rule[bound] = schema[bound];
  if (schema.required) rule['required'] = [...schema.required].sort();
  const pattern = patternOf(schema);
  if (pattern) rule['pattern'] = pattern;
  into[path] = rule;
  for (const [name, property] of Object.entries(schema.properties ?? {})) rulesOf(property, `${path}.${name}`, into);
  if (schema.additionalProperties) rulesOf(schema.additionalProperties, `${path}.*`, into);
  if (schema.items) rulesOf(schema.items, `${path}[]`, into);
  return into;
}

function eitherKindOf(schema: Schema): Record<string, unknown> {
  const [integer, text] = (schema['anyOf'] ?? []) as readonly Schema[];
  if (integer?.['type'] === 'integer') {
    return { minimum: integer['minimum'], maximum: integer['maximum'], pattern: text?.['pattern'], intOrString: true };
  }
  if (schema['x-kubernetes-int-or-string'] !== true) return {};
  const [{ rule }] = schema['x-kubernetes-validations'] as [{ rule: string }];
  const [, minimum, maximum, pattern] = INT_OR_STRING.exec(rule) ?? [];
  return { minimum: Number(minimum), maximum: Number(maximum), pattern, intOrString: true };
}

/** The CRD asks patterns by CEL, whose message says what to write; zod has them as `pattern`. */
function patternOf(schema: Schema): string | null {
  if (typeof schema['pattern'] === 'string') return schema['pattern'];
  const rules = (schema['x-kubernetes-validations'] ?? []) as readonly { rule: string }[];
  for (const { rule } of rules) {
    const match = /^self\.matches\(r'(.*)'\)$/.exec(rule);
    if (match?.[1]) return match[1];
  }
  return null;
}

describe('crds/scimtenants.yaml', () => {
  test('names the kind as the code does', () => {
    expect({ group: crd.spec.group, version: crd.spec.versions[0].name, kind: crd.spec.names.kind, plural: crd.spec.names.plural }).toEqual(
      {
        group: API_GROUP,
        version: API_VERSION,
        kind: KIND,
        plural: PLURAL,
      },
    );
  });

  test('has every property, default, bound and pattern of the spec that the code parses, and no other', () => {
    expect(rulesOf(crdSpec)).toEqual(rulesOf(codeSpec));
  });

  test('takes as long lists of a status as the code writes', () => {
    const { recentFailures, ignoredAttributes, reprojection } = crdStatus.properties!['sync']!.properties!;
    expect(
      [recentFailures, ignoredAttributes, reprojection?.properties?.['arrivesWithNextSync']].map((list) => list?.['maxItems']),
    ).toEqual([MOST_RECENT_FAILURES, MOST_IGNORED_ATTRIBUTES, MOST_ARRIVING_ATTRIBUTES]);
  });

  test('tells in the same words as the code what to write', () => {
    const words = JSON.stringify(crdSpec);
    const text = JSON.stringify({
      ...validSpec(),
      tokenSecretRef: { name: 'X Y', key: '?' },
      tokenPolicy: { overlap: 'soon', maxAge: '1s', rotateAfter: '2h' },
      failurePolicy: { window: '3h' },
      users: { retention: '99999h', maxDeactivations: '0%' },
      notificationEmails: ['nobody'],
      matchExistingBy: ['1'],
      attributeMapping: [{ target: 'login' }, { constant: 1, target: 'one', required: true }],
    });
    const { error } = scimTenantSpecSchema.safeParse(JSON.parse(text));
    const nothing = scimTenantSpecSchema.safeParse({ tokenSecretRef: { name: 'acme-scim-token' } });
    const tooSoon = scimTenantSpecSchema.safeParse({ ...validSpec(), tokenPolicy: { generate: true, rotateAfter: '24h' } });
    const messages = [error, nothing.error, tooSoon.error].flatMap((each) => each!.issues.map((issue) => issue.message));
    expect(messages).toHaveLength(14);
    for (const message of messages) expect(words).toContain(JSON.stringify(message).slice(1, -1));
  });
});

describe('crds/samples', () => {
  test('are documents that the code reads without a problem', async () => {
    const read: string[] = [];
    for (const file of (await readdir('crds/samples')).sort()) {
      for (const document of parseAllDocuments(await readFile(`crds/samples/${file}`, 'utf8'))) {
        expect(document.errors).toEqual([]);
        const object = document.toJS();
        read.push(`${file} ${object.kind} ${object.metadata.namespace}/${object.metadata.name}`);
        if (object.kind === KIND) expect(compileMapping(scimTenantSpecSchema.parse(object.spec)).problems).toEqual([]);
      }
    }
    expect(read).toEqual([
      'scimtenant-compliance-portal.yaml ScimTenant team-hr/portal',
      'scimtenant-emergency-notification.yaml ScimTenant team-hr/alarm',
      'scimtenant-entra-defaults.yaml ScimTenant team-hr/contoso',
      'scimtenant-facility-manager.yaml ScimTenant team-hr/facility',
      'scimtenant-lone-worker.yaml ScimTenant team-hr/guard',
      'scimtenant.yaml Secret team-hr/acme-scim-token',
      'scimtenant.yaml ScimTenant team-hr/acme',
    ]);
  });

  test('show a token that says to be replaced and is long enough to be tried', async () => {
    const [secret] = parseAllDocuments(await readFile('crds/samples/scimtenant.yaml', 'utf8'));
    const { token } = secret!.toJS().stringData;
    expect(token).toMatch(/^REPLACE-ME/);
    expect(token.length).toBeGreaterThanOrEqual(24);
  });
});

function validSpec() {
  return { tokenSecretRef: { name: 'acme-scim-token' }, attributeMapping: [{ source: 'userName', target: 'login' }] };
}
