import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { compileTenantModel } from '#scim-service/domain/tenant-model.ts';
import { planOrder } from '#scim-service/provisioning/bulk/plan-order.ts';
import { prepareOperation, type PreparedOperation } from '#scim-service/provisioning/bulk/prepared-operation.ts';
import { readBulk } from '#scim-service/provisioning/bulk/read-bulk.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';

const model = compileTenantModel(aTenantConfig());

interface Sketch {
  readonly method: string;
  readonly path: string;
  readonly bulkId?: string;
  readonly data?: unknown;
}

function prepare(operations: readonly Sketch[]): readonly PreparedOperation[] {
  return readBulk({ Operations: operations }).operations.map((operation) =>
    prepareOperation(operation, model, 'https://x.example/scim/v2'),
  );
}

/** Places in the order of their turns; those of a circle in a list of their own. */
function orderOf(operations: readonly Sketch[]): (number | number[])[] {
  const prepared = prepare(operations);
  return planOrder(prepared).map(({ members, circular }) => {
    const places = members.map((member) => prepared.indexOf(member));
    return circular ? places : places[0]!;
  });
}

function create(bulkId: string, ...members: string[]): Sketch {
  return { method: 'POST', path: '/Groups', bulkId, data: { members: members.map((value) => ({ value })) } };
}

function patch(path: string, ...values: string[]): Sketch {
  return { method: 'PATCH', path, data: { Operations: [{ op: 'add', path: 'members', value: values.map((value) => ({ value })) }] } };
}

function remove(path: string): Sketch {
  return { method: 'DELETE', path };
}

describe('operations', () => {
  test.each<[string, Sketch[], (number | number[])[]]>([
    ['keep their order when none refers to another', [create('a'), remove('/Users/1'), create('b'), patch('/Groups/1', '2')], [0, 1, 2, 3]],
    ['keep it when each refers to an earlier one', [create('a'), create('b', 'bulkId:a'), patch('/Groups/1', 'bulkId:b')], [0, 1, 2]],
    ['wait for what they refer to, and come directly after it', [create('a', 'bulkId:b'), create('b'), create('c')], [1, 0, 2]],
    ['wait along a chain', [create('a', 'bulkId:b'), create('b', 'bulkId:c'), create('c')], [2, 1, 0]],
    ['wait for what their path refers to', [patch('/Groups/bulkId:a'), remove('/Groups/bulkId:b'), create('b'), create('a')], [2, 1, 3, 0]],
    [
      'are not overtaken by a deletion that makes room for what they wait for',
      [patch('/Groups/1', 'bulkId:a'), remove('/Users/2'), create('a')],
      [1, 2, 0],
    ],
    [
      'do not overtake each other on one resource',
      [patch('/Groups/1', 'bulkId:a'), patch('/Groups/1', '2'), remove('/Groups/1'), create('a')],
      [3, 0, 1, 2],
    ],
    [
      'that mention a resource come before what the client deletes after them',
      [patch('/Groups/1', 'bulkId:a', '2'), remove('/Users/2'), create('a')],
      [2, 0, 1],
    ],
    [
      'that mention a resource come after what the client does to it before them',
      [
        patch('/Groups/bulkId:a'),
        create('b', 'bulkId:a'),
        patch('/Groups/bulkId:a', 'bulkId:c'),
        remove('/Groups/bulkId:b'),
        create('a'),
        create('c'),
      ],
      [4, 0, 1, 3, 5, 2],
    ],
    [
      'overtake others on one resource where a reference demands it',
      [patch('/Groups/1', 'bulkId:a'), create('a', '1'), remove('/Groups/1')],
      [1, 0, 2],
    ],
    ['that refer to nobody wait for nothing', [create('a', 'bulkId:nobody'), create('b')], [0, 1]],
    ['of which one can not be read are no hindrance', [{ method: 'POST', path: '/Nothing', bulkId: 'a' }, create('b', 'bulkId:a')], [0, 1]],
  ])('%s', (_, operations, order) => {
    expect(orderOf(operations)).toEqual(order);
  });
});

describe('a circle', () => {
  test.each<[string, Sketch[], (number | number[])[]]>([
    [
      'of two is done at once, where its last one stood',
      [create('a', 'bulkId:b'), remove('/Users/1'), create('b', 'bulkId:a')],
      [1, [0, 2]],
    ],
    ['can be one resource that refers to itself', [create('a', 'bulkId:a'), create('b')], [[0], 1]],
    [
      'holds back what refers to it, and waits for what it refers to',
      [create('x', 'bulkId:a'), create('a', 'bulkId:b', 'bulkId:c'), create('b', 'bulkId:a'), create('c')],
      [3, [1, 2], 0],
    ],
    [
      'may be joined to another one',
      [create('a', 'bulkId:b'), create('b', 'bulkId:a', 'bulkId:c'), create('c', 'bulkId:d'), create('d', 'bulkId:c')],
      [
        [2, 3],
        [0, 1],
      ],
    ],
    ['may have circles within', [create('a', 'bulkId:b'), create('b', 'bulkId:c', 'bulkId:a'), create('c', 'bulkId:a')], [[0, 1, 2]]],
    [
      'is not what only seems to be one: a PATCH creates nothing',
      [patch('/Groups/bulkId:a', 'bulkId:b'), create('a'), create('b', '1')],
      [1, 2, 0],
    ],
  ])('%s', (_, operations, order) => {
    expect(orderOf(operations)).toEqual(order);
  });
});

test('each operation has its turn exactly once, after every POST that it refers to but those of its own circle', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  const references = fc.uniqueArray(fc.constantFrom(...names.map((name) => `bulkId:${name}`), '1', '2'), { maxLength: 3 });
  const posts = fc.uniqueArray(fc.record({ bulkId: fc.constantFrom(...names), references }), { selector: ({ bulkId }) => bulkId });
  const others = fc.array(
    fc.record({
      path: fc.constantFrom('/Groups/1', '/Groups/2', '/Groups/bulkId:a', '/Groups/bulkId:b'),
      references,
      removes: fc.boolean(),
    }),
    { maxLength: 6 },
  );
  const operations = fc
    .tuple(posts, others)
    .map(([posts, others]): Sketch[] => [
      ...posts.map(({ bulkId, references }) => create(bulkId, ...references)),
      ...others.map(({ path, references, removes }) => (removes ? remove(path) : patch(path, ...references))),
    ])
    .chain((sketches) => fc.shuffledSubarray(sketches, { minLength: sketches.length }));
  fc.assert(
    fc.property(operations, (sketches) => {
      const prepared = prepare(sketches);
      const steps = planOrder(prepared);
      expect(new Set(steps.flatMap(({ members }) => members))).toEqual(new Set(prepared));
      expect(steps.flatMap(({ members }) => members)).toHaveLength(prepared.length);
      const created = new Set<string>();
      const declared = new Set(sketches.flatMap(({ bulkId }) => bulkId ?? []));
      for (const { members, circular } of steps) {
        const own = circular ? members.flatMap(({ operation }) => operation.bulkId ?? []) : [];
        for (const { references } of members) {
          for (const bulkId of references) if (declared.has(bulkId) && !own.includes(bulkId)) expect(created).toContain(bulkId);
        }
        for (const { operation } of members) if (operation.method === 'POST') created.add(operation.bulkId!);
      }
    }),
  );
});

test('the order of 1,000 operations that refer to each other a lot is found at once', () => {
  const chain = Array.from({ length: 1000 }, (_, index) =>
    create(`n${index}`, ...Array.from({ length: 60 }, (_, step) => `bulkId:n${index + 1 + step}`)),
  );
  const prepared = prepare(chain);
  const start = performance.now();
  expect(planOrder(prepared)).toHaveLength(1000);
  expect(performance.now() - start).toBeLessThan(2_000);
});
