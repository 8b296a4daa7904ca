import type { Doubt } from '../model/people-book.ts';
import { personOf } from '../model/person.ts';
import { findGroup, findPerson } from './dialects.ts';
import type { TenantContext } from './tenant-context.ts';

/**
 * A request that was not answered may still be carried out, by a pod or a database that stood still. The longest that either
 * works on something is 6 s (the socket's limit of connection-options.ts); after so long without a fault it was, or never is.
 */
const SETTLED_AFTER_MS = 10_000;

/**
 * Looks up who is in doubt, as a directory does in its next cycle.
 * @returns how many are still
 */
export async function settleDoubts(context: TenantContext): Promise<number> {
  const { book, quietMs } = context;
  for (const doubt of book.doubts.values()) {
    if (Math.min(quietMs(), Date.now() - doubt.since) < SETTLED_AFTER_MS) continue;
    if (!(await settle(context, doubt))) break;
  }
  return book.doubts.size;
}

/** @returns false when the lookup was not answered */
async function settle({ directory, intent, random, book, report }: TenantContext, doubt: Doubt): Promise<boolean> {
  const find = doubt.kind === 'person' ? findPerson(doubt.name) : findGroup(doubt.name);
  const reply = await directory.send(intent, random, find);
  if (reply.kind !== 'answered') return false;
  const { status, body } = reply;
  if (status !== 200 || body.totalResults > 1) {
    report(`${intent.name}: looking for ${doubt.name} was answered ${status} with ${body.totalResults} results`);
    return false;
  }
  const [found = null] = body.Resources;
  const wrong =
    doubt.kind === 'person'
      ? book.settlePerson(doubt, found && { id: found.id, person: personOf(found) })
      : book.settleGroup(doubt, found && { id: found.id, members: (found.members ?? []).map(({ value }: { value: string }) => value) });
  if (wrong !== null) report(`${intent.name}: ${wrong}`);
  return true;
}
