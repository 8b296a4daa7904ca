import { setTimeout as sleep } from 'node:timers/promises';
import type { Actual } from './audit/actual.ts';
import { audit, type Wanted } from './audit/audit.ts';
import { auditMemory, judgeMemory, type MemoryVerdict } from './audit/audit-memory.ts';
import { BadWeather } from './faults/bad-weather.ts';
import type { Season } from './faults/fault.ts';
import type { SoakFlags } from './flags.ts';
import { Installation } from './installation.ts';
import { MailBook, tokenNotice } from './model/mail-book.ts';
import { PeopleBook } from './model/people-book.ts';
import { memoryWindow, roundsOf } from './soak-times.ts';
import { NAMESPACES, newSlot } from './new-slot.ts';
import { observe } from './observe.ts';
import { Random } from './random.ts';
import { settleFromStore } from './settle-from-store.ts';
import { watchMemory } from './memory-watch.ts';
import { DIALECTS } from './walk/dialects.ts';
import { DirectoryLine } from './walk/directory-line.ts';
import { GitOps } from './walk/git-ops.ts';
import { Kube } from './walk/kube.ts';
import { deleteTenant } from './walk/life-chapters.ts';
import type { TenantContext } from './walk/tenant-context.ts';
import { happen, walkTenant } from './walk/tenant-walk.ts';
import { TripSlots } from './walk/trip-slots.ts';

/** After a request that was not answered nothing happens any more for it; see settle-doubts.ts. */
const QUIET_MS = 10_000;
const AUDIT_PAUSE_MS = 3_000;
/** A late mail, or a late write of an old process, comes within this time or not at all. */
const AFTERWARDS_MS = 6_000;

/** A part of the tenants goes at the end of each round, so that what they leave behind can be seen. */
const LAST_CHAPTER = { name: 'deleted at the end of a round', happen: deleteTenant };

export interface SoakResult {
  /** What is wrong; empty when nothing is. */
  readonly findings: readonly string[];
  /** Tables of what was done, each by name. */
  readonly counts: Readonly<Record<string, ReadonlyMap<string, number> | Readonly<Record<string, number>>>>;
  readonly memory: readonly MemoryVerdict[];
  /** Of each round, from its last fault until nothing differed, in milliseconds. One that never settles is the last, and missing. */
  readonly settledAfter: readonly number[];
}

export interface SoakOptions extends SoakFlags {
  /** Where the logs go. */
  readonly folder: string;
  readonly say: (line: string) => void;
  /** Milliseconds between two faults, from 2 to 9 seconds unless told. */
  readonly rest?: { readonly least: number; readonly most: number };
}

/** Starts everything, walks in rounds, and compares after each, when the faults have stopped. */
export async function runSoak(options: SoakOptions): Promise<SoakResult> {
  const { say, folder, pods } = options;
  const random = new Random(options.seed);
  say('starting the servers and the programs');
  await using installation = await Installation.start({ pods, folder, say });
  for (const name of NAMESPACES) await installation.cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });

  const found: string[] = [];
  const report = (finding: string): void => {
    say(`finding: ${finding}`);
    found.push(finding);
  };
  const kube = new Kube((request) => installation.cluster.api.send(request));
  const gitOps = new GitOps(kube);
  const directory = new DirectoryLine(() => installation.pods, report);
  const mails = new MailBook();
  const begin = Date.now();
  let season: Season = 'storm';
  const weather = new BadWeather({
    installation,
    random: random.fork('weather'),
    season: () => season,
    say: (line) => say(`${((Date.now() - begin) / 1_000).toFixed(0)} s ${line}`),
    ...(options.rest && { rest: options.rest }),
  });
  const quietMs = (): number => weather.quietMs();
  const shared = { kube, gitOps, directory, mails, smtp: installation.cluster.smtp, tripSlots: new TripSlots(), quietMs, report };
  const tenants = Array.from({ length: options.tenants }, (_, index): TenantContext => {
    const own = random.fork(`tenant-${index}`);
    const intent = newSlot(index, own);
    return { ...shared, intent, book: new PeopleBook(), random: own, dialect: DIALECTS[own.pick(['entra', 'okta'] as const)] };
  });

  const chapters = new Map<string, number>();
  const end = new AbortController();
  const toolsRun = gitOps.run(end.signal);
  const memoryRun = watchMemory(installation, begin, end.signal);
  const settledAfter: number[] = [];
  const rounds = roundsOf(options.minutes);
  let mildFrom = Infinity;
  for (const [round, length] of rounds.entries()) {
    const clearing = setTimeout(
      () => {
        season = 'weather';
        mildFrom = Math.min(mildFrom, Date.now() - begin);
      },
      Math.max(0, (rounds.length / 2 - round) * length),
    );
    const roundEnd = AbortSignal.timeout(length);
    await Promise.all([weather.run(roundEnd), ...tenants.map((context) => walkTenant(context, chapters, roundEnd))]);
    clearTimeout(clearing);
    await Promise.all(tenants.filter((_, index) => index % 4 === 3).map((context) => happen(context, chapters, LAST_CHAPTER)));
    say(`round ${round + 1} of ${rounds.length} is over, and so are its faults`);
    const after = await settle(options, { installation, directory, weather, wanted: { tenants, mails } }, report);
    if (after === null) break;
    settledAfter.push(after);
  }
  const memoryEnd = Date.now() - begin;
  end.abort();
  await toolsRun;
  const memory = judgeMemory(await memoryRun, memoryWindow(mildFrom, memoryEnd));
  return {
    findings: [...found, ...installation.findings(), ...auditMemory(memory)],
    counts: {
      'what happened to tenants': chapters,
      faults: weather.counts,
      'answers to directories': directory.counts,
      'the rest': {
        'a tool applied its manifest again': gitOps.applied,
        'mails delivered': installation.cluster.smtp.mails.length,
        'mails delivered more than once': repeated(installation),
        'programs started': installation.members.reduce((sum, { starts }) => sum + starts, 0),
        'people acknowledged at the end': tenants.reduce((sum, { book }) => sum + book.people.size, 0),
      },
      'warnings and errors in the logs': installation.logs.counts,
    },
    memory,
    settledAfter,
  };
}

interface SettleParts {
  readonly installation: Installation;
  readonly directory: DirectoryLine;
  readonly weather: BadWeather;
  readonly wanted: Wanted;
}

/** Compares until nothing differs or the time is over, and once more afterwards. @returns how long that took */
async function settle({ settleSeconds }: SoakOptions, parts: SettleParts, report: (finding: string) => void): Promise<number | null> {
  const { installation, directory, weather, wanted } = parts;
  const begin = Date.now();
  const intents = wanted.tenants.map(({ intent }) => intent);
  const look = (): Promise<Actual> => observe({ installation, intents, directory });
  const differences = async (): Promise<readonly string[]> => {
    try {
      const actual = await look();
      for (const { intent, book } of wanted.tenants) {
        for (const line of settleFromStore(book, actual.stores.get(`${intent.namespace}/${intent.name}`)))
          report(`${intent.name}: ${line}`);
      }
      return audit(wanted, actual);
    } catch (error) {
      return [`the installation can't be looked at: ${error instanceof Error ? error.message : String(error)}`];
    }
  };

  await sleep(Math.max(0, QUIET_MS - weather.quietMs()));
  for (const intent of intents) {
    const { uid, token, paused } = intent;
    // While they last, a token's end and a trip are owed to whoever is a contact now.
    if (uid === null || paused !== null) continue;
    if (intent.hasMaxAge && token !== null) wanted.mails.owe(uid, tokenNotice(token), intent.contacts);
  }
  for (;;) {
    const left = await differences();
    if (left.length === 0) break;
    if (Date.now() - begin > settleSeconds * 1_000) {
      for (const line of left) report(`after ${settleSeconds} s: ${line}`);
      return null;
    }
    await sleep(AUDIT_PAUSE_MS);
  }
  const settledAfter = weather.quietMs();
  await sleep(AFTERWARDS_MS);
  for (const line of await differences()) report(`afterwards: ${line}`);
  return settledAfter;
}

function repeated({ cluster: { smtp } }: Installation): number {
  return smtp.mails.length - new Set(smtp.mails.map(({ messageId, to }) => `${messageId} ${to}`)).size;
}
