import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { matchKeys } from '#scim-service/domain/match-keys.ts';
import { reprojectedUser } from '#scim-service/domain/next-user.ts';
import { projectRules } from '#scim-service/domain/project-person.ts';
import { readUser } from '#scim-service/domain/read-user.ts';
import { selectAttributes } from '#scim-service/domain/select-attributes.ts';
import type { PersonRecord, StoredUser } from '#scim-service/domain/stored-user.ts';
import type { TenantModel } from '#scim-service/domain/tenant-model.ts';
import { userKeys } from '#scim-service/domain/user-keys.ts';
import type { UserLookup } from '#scim-service/domain/user-lookup.ts';
import { createUserProvisioning, type UserProvisioning } from '#scim-service/provisioning/user-provisioning.ts';
import { isJsonObject } from '#scim-service/scim/json-object.ts';
import { readWhatFits } from '#scim-service/scim/resource/read-resource.ts';
import { ScimError } from '#scim-service/scim/scim-error.ts';
import { ValueProblems } from '#scim-service/scim/value-problems.ts';
import { anyModel, anyRecord } from '#test/support/arbitrary-mapping.ts';
import { InterleavingStore } from '#test/support/interleaving-store.ts';
import { anyResource } from '#test/support/scim-arbitraries.ts';
import { ENTERPRISE } from '#test/support/user-schemas.ts';

type Step =
  | { readonly does: 'create'; readonly body: unknown }
  | { readonly does: 'replace' | 'patch'; readonly body: unknown; readonly whom: number }
  | { readonly does: 'delete'; readonly whom: number };

const word = fc.constantFrom('login', 'ada', 'ADA', ' bob ', 'e\u0301', '\u00e9', 'true', '7', '', '__proto__', 'a\ud83d', 'contact');
const json = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    word,
    fc.jsonValue({ maxDepth: 1 }),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(word, tie('value')),
  ),
})).value;

const name = fc.constantFrom('ada', 'ADA', 'bob', ' bob', 'e\u0301', '\u00e9', 'constructor', 'a\ud83d', 'eve', '');

function anyBody(model: TenantModel): fc.Arbitrary<unknown> {
  const identity = fc.record({ userName: name, externalId: word, active: fc.boolean(), title: word }, { requiredKeys: ['userName'] });
  const mail = fc.record({ value: word, type: fc.constantFrom('work', 'home'), primary: fc.boolean() });
  const rest = fc.tuple(
    anyResource(model.schemas),
    fc.nat(9).map((drawn) => drawn === 0),
  );
  const likely = fc.tuple(rest, fc.array(mail, { maxLength: 3 }), identity).map(([[sent, isRaw], emails, named]) => ({
    // Of a raw one, a value or two can hardly ever be read.
    ...(isRaw ? sent : readWhatFits(sent, model.schemas, new ValueProblems()).resource),
    emails,
    ...named,
  }));
  return fc.oneof({ weight: 9, arbitrary: likely }, { weight: 1, arbitrary: json });
}

const path = fc.constantFrom(
  'userName',
  'active',
  'title',
  'name',
  'name.givenName',
  'emails',
  'emails[type eq "work"].value',
  'emails[value eq "ada"]',
  'roles',
  `${ENTERPRISE}:manager`,
  ENTERPRISE,
  'unknown',
  'emails[',
);
const operation = fc.record(
  { op: fc.constantFrom('add', 'Replace', 'remove'), path, value: fc.oneof(word, json) },
  { requiredKeys: ['op', 'path'] },
);
const anyPatch = fc.array(operation, { maxLength: 3 }).map((Operations) => ({ Operations }));

function anyStep(model: TenantModel): fc.Arbitrary<Step> {
  const whom = fc.nat(5);
  const body = anyBody(model);
  return fc.oneof(
    { weight: 4, arbitrary: fc.record({ does: fc.constant('create' as const), body }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('replace' as const), body, whom }) },
    { weight: 3, arbitrary: fc.record({ does: fc.constant('patch' as const), body: anyPatch, whom }) },
    { weight: 1, arbitrary: fc.record({ does: fc.constant('delete' as const), whom }) },
  );
}

const histories = anyModel.chain((model) =>
  fc.record({
    model: fc.constant(model),
    own: fc.array(anyRecord, { maxLength: 3 }),
    steps: fc.array(anyStep(model), { minLength: 3, maxLength: 9 }),
  }),
);

function carryOut(users: UserProvisioning, model: TenantModel, step: Step, ids: readonly string[]): Promise<unknown> {
  if (step.does === 'create') return users.create(model, step.body);
  const id = ids[step.whom % Math.max(ids.length, 1)] ?? 'nobody';
  if (step.does === 'delete') return users.delete(model, id, null);
  return step.does === 'patch' ? users.patch(model, id, step.body, null) : users.replace(model, id, step.body, null);
}

/** As JSON, since fields may be called `__proto__`; without regard to the order of fields. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** What the mapping would make of whom a step creates, so that the product has somebody like them before. */
function recordOf(model: TenantModel, step: Step | undefined): PersonRecord {
  if (step?.does !== 'create' || !isJsonObject(step.body)) return {};
  return projectRules(readUser(model, step.body).resource, model.rules).person;
}

async function expectWhole(store: InterleavingStore, model: TenantModel): Promise<void> {
  const everyone = store.everyone(model.key);
  const visible = everyone.filter(({ deletedAt }) => deletedAt === null);
  expect(await store.users.count(model.key)).toBe(visible.length);
  for (const user of everyone) {
    expect(user.resource.userName.trim()).not.toBe('');
    expect(selectAttributes(user.resource, model.selection)).toEqual({ resource: user.resource, dropped: [] });
  }
  for (const user of visible) {
    // The record is what the mapping makes of the resource, with what no rule has written.
    expect(textOf(reprojectedUser(model, user))).toBe(textOf({ user, problems: 0 }));
    await expectFound(store, user);
  }
  const found = (key: string): Promise<readonly string[]> =>
    store.existing.findByKey(model.key, key, 100).then((all) => all.map((one) => (one.kind === 'retired' ? one.user.id : one.id)));
  const hidden = [...store.unlinked(model.key), ...everyone.filter(({ deletedAt }) => deletedAt !== null)];
  for (const { id, person } of hidden) for (const key of matchKeys(person)) expect(await found(key)).toContain(id);
  for (const { id, person } of visible) for (const key of matchKeys(person)) expect(await found(key)).not.toContain(id);
}

async function expectFound(store: InterleavingStore, { tenant, id, resource }: StoredUser): Promise<void> {
  const { userName, externalId, emails } = userKeys(resource);
  const lookups: UserLookup[] = [{ by: 'userName', value: userName }, ...emails.map((value): UserLookup => ({ by: 'email', value }))];
  if (externalId !== null) lookups.push({ by: 'externalId', value: externalId });
  for (const lookup of lookups) {
    const { users } = await store.users.find(tenant, lookup, { offset: 0, limit: 100 });
    expect(users.map((user) => user.id)).toContain(id);
  }
}

describe('whatever a directory sends, under whatever mapping', () => {
  test('is refused and leaves everything as it was, or is stored whole: resource, record and keys of one person', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async ({ model, own, steps }) => {
        using store = new InterleavingStore();
        let [ids, now] = [0, Date.parse('2026-11-24T08:00:00Z')];
        const users = createUserProvisioning({
          store,
          clock: () => (now += 1_000),
          newId: () => `id-${(ids += 1)}`,
          onIgnored: () => undefined,
          onWave: () => undefined,
        });
        for (const [at, record] of own.entries()) {
          await store.existing.put(model.key, { id: `own-${at}`, person: asStored({ ...record, ...recordOf(model, steps[at]) }) });
        }
        for (const step of steps) {
          const before = textOf(store.contents());
          const known = store.everyone(model.key).map(({ id }) => id);
          const error = await carryOut(users, model, step, known).then(
            () => null,
            (thrown: unknown) => thrown,
          );
          if (error !== null) {
            expect(error).toBeInstanceOf(ScimError);
            expect(textOf(store.contents())).toBe(before);
          }
          await expectWhole(store, model);
        }
      }),
      { numRuns: 200 },
    );
  });
});

/** Without halves of surrogate pairs, which no import brings: NDJSON is UTF-8. */
function asStored(person: PersonRecord): PersonRecord {
  return JSON.parse(Buffer.from(JSON.stringify(person)).toString());
}
