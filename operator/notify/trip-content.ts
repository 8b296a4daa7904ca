import { FAILURE_ADVICE } from '#common/failure-reasons.ts';
import { isFailureClass } from '#common/pod-report.ts';
import { tenantKey } from '#common/tenant-key.ts';
import { troubleshootingLink } from '#common/troubleshooting-link.ts';
import { waveSize } from '#common/wave-size.ts';
import type { TripNotice } from '../controller/ports.ts';
import { nextSteps, nextStepsOfWave, type Step, type TenantHome } from './trip-steps.ts';

export interface TripContentOptions {
  readonly home: TenantHome;
  /** See troubleshootingLink. */
  readonly docsUrl: string | null;
}

/** What a mail says, before it is text or HTML. */
export interface TripContent {
  readonly subject: string;
  readonly opening: string;
  readonly facts: readonly (readonly [label: string, value: string])[];
  /** Empty for a wave of deactivations. */
  readonly failures: readonly { readonly count: number; readonly words: string; readonly link: string }[];
  readonly next: readonly Step[];
  /** To the paragraph about all of it. */
  readonly link: string;
}

export function tripContent(notice: TripNotice, options: TripContentOptions): TripContent {
  const { wave } = notice;
  return wave === null ? failureContent(notice, options) : waveContent(notice, wave, options);
}

function failureContent(notice: TripNotice, { home, docsUrl }: TripContentOptions): TripContent {
  const title = titleOf(notice);
  return {
    subject: `[SCIM] The synchronisation of ${title} ${notice.switchedOff ? 'was switched off' : 'keeps failing'}`,
    opening: notice.switchedOff
      ? `The synchronisation of ${title} was switched off, because too many of its requests failed. The directory gets 503 until it is switched on again; the people who came before stay as they are.`
      : `Too many requests of the synchronisation of ${title} fail. It stays in service, since its failurePolicy says NotifyOnly.`,
    facts: [
      ...tenantFacts(notice),
      ['Failures', `${notice.failures} of ${notice.requests} requests within ${notice.window}`],
      reasonFact(notice),
    ],
    failures: Object.entries(notice.classes)
      .sort(([, one], [, other]) => other - one)
      .map(([name, count]) => {
        const reason = isFailureClass(name) ? name : 'OtherClientError';
        return { count, words: FAILURE_ADVICE[reason].meaning, link: troubleshootingLink(reason, docsUrl) };
      }),
    next: nextSteps(notice, home),
    link: troubleshootingLink('Tripped', docsUrl),
  };
}

function waveContent(notice: TripNotice, wave: NonNullable<TripNotice['wave']>, { home, docsUrl }: TripContentOptions): TripContent {
  const title = titleOf(notice);
  const { switchedOff, window } = notice;
  return {
    subject: switchedOff
      ? `[SCIM] The synchronisation of ${title} was switched off: too many people were to be deactivated`
      : `[SCIM] The synchronisation of ${title} deactivates many people`,
    opening: switchedOff
      ? `The synchronisation of ${title} was switched off, because the directory asked to deactivate at least ${waveSize(wave)} within ${window}, and ${wave.limit} is the most that this tenant lets go. ` +
        `Nobody beyond these ${wave.limit} was touched. The directory gets 503 until it is switched on again.`
      : `The directory has deactivated at least ${waveSize(wave)} of the synchronisation of ${title} within ${window}, more than the ${wave.limit} that users.maxDeactivations allows. ` +
        'All of them were deactivated and more may follow, since its failurePolicy says NotifyOnly.',
    facts: [...tenantFacts(notice), reasonFact(notice)],
    failures: [],
    next: nextStepsOfWave(notice, home),
    link: troubleshootingLink('DeactivationWave', docsUrl),
  };
}

function titleOf({ tenant, displayName }: TripNotice): string {
  const key = tenantKey(tenant);
  return displayName ? `${oneLine(displayName)} (${key})` : key;
}

function tenantFacts(notice: TripNotice): TripContent['facts'] {
  return [
    ['Tenant', titleOf(notice)],
    ['Endpoint', notice.endpoint],
    ['Since', inWords(notice.openedAt)],
  ];
}

function reasonFact({ reason }: TripNotice): TripContent['facts'][number] {
  return ['Reason', oneLine(reason)];
}

/** A display name is free text: control characters in it would break the subject or fake a line of the mail. */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
}

/** `2026-11-24T06:00:00Z` as `2026-11-24 06:00:00 UTC`. */
function inWords(time: string): string {
  return new Date(time)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
}
