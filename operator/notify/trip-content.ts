import { FAILURE_ADVICE } from '#common/failure-reasons.ts';
import { isFailureClass } from '#common/pod-report.ts';
import { troubleshootingLink } from '#common/troubleshooting-link.ts';
import { waveSize } from '#common/wave-size.ts';
import { tripReason } from '../breaker/trip-reason.ts';
import type { TripNotice } from '../controller/ports.ts';
import { noticeFacts, titleOf, type ContentOptions, type MailContent } from './mail-content.ts';
import { nextSteps, nextStepsOfWave } from './trip-steps.ts';

export function tripContent(notice: TripNotice, options: ContentOptions): MailContent {
  const { wave } = notice;
  return wave === null ? failureContent(notice, options) : waveContent(notice, wave, options);
}

function failureContent(notice: TripNotice, { home, docsUrl }: ContentOptions): MailContent {
  const title = titleOf(notice);
  return {
    subject: `[SCIM] The synchronisation of ${title} ${notice.switchedOff ? 'was switched off' : 'keeps failing'}`,
    opening: notice.switchedOff
      ? `The synchronisation of ${title} was switched off, because too many of its requests failed. The directory gets 503 until it is switched on again; the people who came before stay as they are.`
      : `Too many requests of the synchronisation of ${title} fail. It stays in service, since its failurePolicy says NotifyOnly.`,
    facts: [
      ...noticeFacts(notice),
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

function waveContent(notice: TripNotice, wave: NonNullable<TripNotice['wave']>, { home, docsUrl }: ContentOptions): MailContent {
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
    facts: [...noticeFacts(notice), reasonFact(notice)],
    failures: [],
    next: nextStepsOfWave(notice, home),
    link: troubleshootingLink('DeactivationWave', docsUrl),
  };
}

function reasonFact(notice: TripNotice): MailContent['facts'][number] {
  const { window, switchedOff } = notice;
  return ['Reason', tripReason(notice, { window, action: switchedOff ? 'Disable' : 'NotifyOnly' })];
}
