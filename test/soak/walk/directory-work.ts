import { setTimeout as sleep } from 'node:timers/promises';
import type { Group, Person } from '../model/person.ts';
import { personOf, samePerson } from '../model/person.ts';
import type { DirectoryRequest } from './dialects.ts';
import type { Reply } from './directory-line.ts';
import type { TenantContext } from './tenant-context.ts';

/** More make each round slower and find nothing more. */
const MOST_PEOPLE = 30;
const MOST_GROUPS = 3;
/** A directory that is not answered comes back later; so bad weather alone never trips its tenant. */
const AFTER_REFUSAL_MS = 1_000;
const AFTER_SILENCE_MS = 2_000;

interface Work {
  readonly weight: number;
  readonly value: (context: TenantContext) => Promise<Reply | null>;
}

const WORK: readonly Work[] = [
  { weight: 25, value: createPerson },
  { weight: 25, value: changePerson },
  { weight: 8, value: switchPerson },
  { weight: 8, value: deletePerson },
  { weight: 5, value: bringBackPerson },
  { weight: 10, value: lookAtPerson },
  { weight: 3, value: createGroup },
  { weight: 10, value: addMember },
  { weight: 6, value: removeMember },
];

/** One thing that the directory of a tenant does, chosen by chance. */
export async function directoryStep(context: TenantContext): Promise<void> {
  const reply = await context.random.weighted(WORK)(context);
  if (reply?.kind === 'refused') await sleep(AFTER_REFUSAL_MS);
  if (reply?.kind === 'unknown') await sleep(AFTER_SILENCE_MS);
}

async function createPerson(context: TenantContext): Promise<Reply | null> {
  const { book, random } = context;
  if (book.people.size >= MOST_PEOPLE) return null;
  return create(context, aPerson(book.newName(), random));
}

/** Somebody who was deleted: the same again where people are kept, a new one elsewhere. */
async function bringBackPerson(context: TenantContext): Promise<Reply | null> {
  const { book, random } = context;
  const names = [...book.retired.keys()].filter((name) => !book.doubts.has(name));
  return names.length === 0 ? null : create(context, aPerson(random.pick(names), random));
}

async function create(context: TenantContext, person: Person): Promise<Reply> {
  const { book, intent, dialect, report } = context;
  const reply = await send(context, dialect.create(person));
  if (reply.kind === 'unknown') doubt(context, 'person', person.userName, [null, person]);
  if (reply.kind !== 'answered') return reply;
  if (reply.status !== 201) {
    report(`${intent.name}: creating ${person.userName} was answered ${reply.status} ${JSON.stringify(reply.body)}`);
    doubt(context, 'person', person.userName, [null, person]);
    return reply;
  }
  const before = book.retired.get(person.userName);
  if (before !== undefined && intent.onDelete === 'Deactivate' && before !== reply.body.id) {
    report(`${intent.name}: ${person.userName} had the id ${before} and came back as ${reply.body.id}`);
  }
  book.put(reply.body.id, person);
  return reply;
}

async function changePerson(context: TenantContext): Promise<Reply | null> {
  return change(context, (person, random) => ({ ...person, ...details(random) }));
}

async function switchPerson(context: TenantContext): Promise<Reply | null> {
  return change(context, (person) => ({ ...person, active: !person.active }));
}

async function change(context: TenantContext, edit: (person: Person, random: TenantContext['random']) => Person): Promise<Reply | null> {
  const { book, random, dialect } = context;
  const people = book.certain();
  if (people.length === 0) return null;
  const [id, before] = random.pick(people);
  const after = edit(before, random);
  if (samePerson(before, after)) return null;
  const reply = await send(context, dialect.change(id, before, after));
  return acknowledged(context, reply, [200, 204], () => book.put(id, after), {
    kind: 'person',
    name: before.userName,
    possible: [before, after],
  });
}

async function deletePerson(context: TenantContext): Promise<Reply | null> {
  const { book, random } = context;
  const people = book.certain();
  if (people.length < 3) return null;
  const [id, before] = random.pick(people);
  const reply = await send(context, { method: 'DELETE', path: `/Users/${id}` });
  return acknowledged(context, reply, [204], () => book.retire(id), { kind: 'person', name: before.userName, possible: [before, null] });
}

/** What was acknowledged is what is read, on whichever pod. */
async function lookAtPerson(context: TenantContext): Promise<Reply | null> {
  const { book, random, intent, report } = context;
  const people = book.certain();
  if (people.length === 0) return null;
  const [id, wanted] = random.pick(people);
  const reply = await send(context, { method: 'GET', path: `/Users/${id}` });
  if (reply.kind !== 'answered') return reply;
  if (reply.status !== 200)
    report(`${intent.name}: ${wanted.userName} (${id}) was acknowledged, and looking at them is answered ${reply.status}`);
  else if (!samePerson(personOf(reply.body), wanted)) {
    report(`${intent.name}: ${wanted.userName} reads ${JSON.stringify(personOf(reply.body))}, wanted ${JSON.stringify(wanted)}`);
  }
  return reply;
}

async function createGroup(context: TenantContext): Promise<Reply | null> {
  const { book, dialect } = context;
  if (book.groups.size >= MOST_GROUPS) return null;
  const group: Group = { displayName: `group of ${book.newName()}`, members: new Set() };
  const reply = await send(context, dialect.createGroup(group));
  const enter = (body: { readonly id: string }): void => void book.groups.set(body.id, group);
  return acknowledged(context, reply, [201], enter, { kind: 'group', name: group.displayName, possible: [null, group] });
}

async function addMember(context: TenantContext): Promise<Reply | null> {
  const { random, book, dialect } = context;
  const people = book.certain();
  if (people.length === 0) return null;
  const [member] = random.pick(people);
  return changeMembers(context, dialect.addMember, member, (members) => new Set([...members, member]));
}

async function removeMember(context: TenantContext): Promise<Reply | null> {
  const { random, book, dialect } = context;
  const groups = book.certainGroups().filter(([, group]) => book.shownMembers(group).length > 0);
  if (groups.length === 0) return null;
  const member = random.pick(book.shownMembers(random.pick(groups)[1]));
  return changeMembers(context, dialect.removeMember, member, (members) => new Set([...members].filter((id) => id !== member)));
}

async function changeMembers(
  context: TenantContext,
  request: (group: string, member: string) => DirectoryRequest,
  member: string,
  edit: (members: ReadonlySet<string>) => ReadonlySet<string>,
): Promise<Reply | null> {
  const { random, book } = context;
  const groups = book.certainGroups();
  if (groups.length === 0) return null;
  const [id, before] = random.pick(groups);
  const after = { ...before, members: edit(before.members) };
  const reply = await send(context, request(id, member));
  const enter = (): void => void book.groups.set(id, after);
  return acknowledged(context, reply, [200, 204], enter, { kind: 'group', name: before.displayName, possible: [before, after] });
}

/** Enters what is acknowledged; what nobody has answered is in doubt, and so is what was answered otherwise than it should be. */
function acknowledged(
  context: TenantContext,
  reply: Reply,
  statuses: readonly number[],
  enter: (body: { readonly id: string }) => void,
  unclear: { readonly kind: 'person' | 'group'; readonly name: string; readonly possible: readonly (Person | Group | null)[] },
): Reply {
  if (reply.kind === 'refused') return reply;
  if (reply.kind === 'answered' && statuses.includes(reply.status)) {
    enter(reply.body);
    return reply;
  }
  if (reply.kind === 'answered') {
    context.report(`${context.intent.name}: a write of ${unclear.name} was answered ${reply.status} ${JSON.stringify(reply.body)}`);
  }
  doubt(context, unclear.kind, unclear.name, unclear.possible);
  return reply;
}

function doubt({ book }: TenantContext, kind: 'person' | 'group', name: string, possible: readonly (Person | Group | null)[]): void {
  book.doubt({ kind, name, since: Date.now(), possible });
}

function send({ directory, intent, random }: TenantContext, request: DirectoryRequest): Promise<Reply> {
  return directory.send(intent, random, request);
}

function aPerson(userName: string, random: TenantContext['random']): Person {
  return { userName, ...details(random), active: true };
}

function details(random: TenantContext['random']): Pick<Person, 'displayName' | 'title' | 'badge'> {
  return { displayName: `Name ${random.int(1, 1_000_000)}`, title: `Title ${random.int(1, 1_000)}`, badge: random.int(1, 1_000_000) };
}
