import { setTimeout as sleep } from 'node:timers/promises';
import { stateOf } from '../model/tenant-intent.ts';
import { directoryStep } from './directory-work.ts';
import { EDIT_CHAPTERS } from './edit-chapters.ts';
import { LIFE_CHAPTERS } from './life-chapters.ts';
import { settleDoubts } from './settle-doubts.ts';
import type { Chapter, TenantContext } from './tenant-context.ts';
import { TOKEN_CHAPTERS } from './token-chapters.ts';
import { TRIP_CHAPTERS } from './trip-chapters.ts';

const CHAPTERS = [...LIFE_CHAPTERS, ...EDIT_CHAPTERS, ...TOKEN_CHAPTERS, ...TRIP_CHAPTERS];

/** How often something happens to the tenant itself rather than to its people. */
const CHAPTER_SHARE = 0.06;
/** Of one that is switched off, so that it is not for long. */
const CHAPTER_SHARE_OFF = 0.2;
const REST = { least: 50, most: 400 };

/**
 * Walks with one tenant: its directory sends people, and now and then something happens to it. One thing at a time, so that
 * what is wanted is always known; what the programs do about it goes on meanwhile.
 */
export async function walkTenant(context: TenantContext, counts: Map<string, number>, signal: AbortSignal): Promise<void> {
  const { intent, random } = context;
  while (!signal.aborted) {
    const share = stateOf(intent) === 'Active' ? CHAPTER_SHARE : CHAPTER_SHARE_OFF;
    if (intent.uid === null || random.chance(share)) await chapter(context, counts);
    else await directoryStep(context);
    await settleDoubts(context);
    await sleep(random.int(REST.least, REST.most), undefined, { signal }).catch(() => undefined);
  }
}

/** A chapter is told of and counted; one that can't be finished is a finding. */
export async function happen(
  context: TenantContext,
  counts: Map<string, number>,
  { name, happen: act }: Pick<Chapter, 'name' | 'happen'>,
): Promise<void> {
  try {
    if ((await act(context)) !== false) counts.set(name, (counts.get(name) ?? 0) + 1);
  } catch (error) {
    context.report(`${context.intent.name}: ${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function chapter(context: TenantContext, counts: Map<string, number>): Promise<void> {
  const { intent, random } = context;
  const possible = CHAPTERS.filter(({ applies }) => applies(intent));
  const chosen = random.weighted(possible.map((value) => ({ weight: value.weight, value })));
  await happen(context, counts, chosen);
}
