import { setImmediate } from 'node:timers/promises';
import { isJsonObject, type JsonObject } from '../../scim/json-object.ts';
import { quoteValue } from '../../scim/quote-value.ts';
import { ScimError } from '../../scim/scim-error.ts';
import { StoreUnavailableError } from '../scim-store.ts';
import { resolveReferences } from './bulk-references.ts';
import type { BulkRun, Outcome } from './bulk-run.ts';
import type { BulkTarget } from './bulk-targets.ts';
import type { PreparedOperation } from './prepared-operation.ts';
import { requireCollection, requireData } from './run-operation.ts';
import { splitCircular } from './split-circular.ts';

/** A resource of a circle that exists; `later` is what it lacks still. */
interface Created {
  readonly member: PreparedOperation;
  readonly target: BulkTarget;
  readonly id: string;
  readonly version: number;
  readonly later: JsonObject | null;
}

/**
 * Creates resources that refer to each other in a circle (RFC 7644 section 3.7.1): first each of them without what refers to
 * one that isn't there yet, then that is added by a PATCH. All of them or none: each refers, through others, to each, so when
 * one fails, those that exist by then are deleted again, and the others answer 409. Throws nothing.
 */
export async function runCircle(run: BulkRun, members: readonly PreparedOperation[]): Promise<ReadonlyMap<PreparedOperation, Outcome>> {
  const own = new Set(members.flatMap(({ operation }) => operation.bulkId ?? []));
  const created: Created[] = [];
  const done = new Map<PreparedOperation, Outcome>();
  let current = members[0];
  try {
    for (current of members) requireChance(run, own, current);
    // In turns with other requests, as in runBulk.
    for (current of members) {
      await setImmediate();
      created.push(await create(run, own, current));
    }
    for (const resource of created) {
      await setImmediate();
      current = resource.member;
      done.set(current, { kind: 'done', status: 201, id: resource.id, version: await complete(run, resource) });
    }
    return done;
  } catch (error) {
    run.onThrown(error);
    const left = await takeBack(run, created, error);
    return new Map(members.map((member) => [member, left.get(member) ?? failure(member, current, error)]));
  }
}

/** Finds what must fail before anything is written, which would have to be deleted again. */
function requireChance({ bulkIds }: BulkRun, own: ReadonlySet<string>, { operation, endpoint, references }: PreparedOperation): void {
  if (endpoint instanceof ScimError) throw endpoint;
  requireCollection(operation, endpoint);
  for (const bulkId of references) if (!own.has(bulkId)) bulkIds.idOf(bulkId);
}

async function create(run: BulkRun, own: ReadonlySet<string>, member: PreparedOperation): Promise<Created> {
  const { operation, endpoint } = member;
  if (endpoint instanceof ScimError) throw endpoint;
  const target = run.targets[endpoint.resources];
  const data = requireData(operation);
  const isOpen = (bulkId: string): boolean => own.has(bulkId) && !run.bulkIds.has(bulkId);
  const { now, later } = isJsonObject(data) ? splitCircular(data, isOpen) : { now: data, later: null };
  const body = resolveReferences(now, (bulkId) => run.bulkIds.idOf(bulkId));
  const { id, version } = await target.create(run.model, body).catch((error: unknown) => {
    throw later === null ? error : withoutNames(error, Object.keys(later));
  });
  if (operation.bulkId !== null) run.bulkIds.created(operation.bulkId, id);
  return { member, target, id, version, later };
}

/** Such as a required manager, who can't be there in time. */
function withoutNames(error: unknown, names: readonly string[]): unknown {
  if (!(error instanceof ScimError) || error.status !== 400) return error;
  const left = names.map((name) => quoteValue(name)).join(', ');
  const detail = `${error.message} (it was to be created without ${left} at first, because of a circle of references)`;
  const { summary, reason } = error;
  return new ScimError(error.status, error.scimType, detail, { cause: error, summary, reason });
}

/** @returns the resource's version afterwards */
async function complete({ model, bulkIds }: BulkRun, { target, id, version, later }: Created): Promise<number> {
  if (later === null) return version;
  const value = resolveReferences(later, (bulkId) => bulkIds.idOf(bulkId));
  return (await target.patch(model, id, { Operations: [{ op: 'add', value }] }, null)).version;
}

/** Deletes what was created, the last first. @returns outcomes of those that are still there */
async function takeBack(run: BulkRun, created: readonly Created[], error: unknown): Promise<ReadonlyMap<PreparedOperation, Outcome>> {
  const left = new Map<PreparedOperation, Outcome>();
  // A store that failed a moment ago would be waited for again, once for each of them.
  let cause = error instanceof StoreUnavailableError ? error : null;
  for (const { member, target, id } of created.toReversed()) {
    if (member.operation.bulkId !== null) run.bulkIds.forget(member.operation.bulkId);
    const problem = cause ?? (await deletionProblem(run, target, id));
    if (problem instanceof StoreUnavailableError) cause = problem;
    if (problem !== null) left.set(member, { kind: 'failed', error: leftBehind(problem), id });
  }
  return left;
}

async function deletionProblem({ model, onThrown }: BulkRun, target: BulkTarget, id: string): Promise<unknown> {
  try {
    await target.delete(model, id, null);
    return null;
  } catch (error) {
    if (error instanceof ScimError && error.status === 404) return null;
    onThrown(error);
    return error;
  }
}

function leftBehind(cause: unknown): ScimError {
  const detail = 'it was created, but then its circle of references could not be closed, nor could it be deleted again';
  return new ScimError(503, null, `${detail}; look at it before you send the operation again`, { cause });
}

function failure(member: PreparedOperation, failed: PreparedOperation | undefined, error: unknown): Outcome {
  if (member === failed || error instanceof StoreUnavailableError) return { kind: 'failed', error, id: null };
  const name = quoteValue(failed?.operation.bulkId);
  const detail = `it refers in a circle to bulkId ${name}, which failed; send the operations of that circle again together`;
  const summary = 'it refers in a circle to another operation, which failed';
  return { kind: 'failed', error: new ScimError(409, null, detail, { cause: error, summary }), id: null };
}
