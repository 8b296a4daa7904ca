import { tenantKey } from '#common/tenant-key.ts';
import { isDocumentedReason, troubleshootingLink } from '#common/troubleshooting-link.ts';
import type { StalledNotice } from '../controller/ports.ts';
import { noticeFacts, oneLine, titleOf, type ContentOptions, type MailContent, type Step } from './mail-content.ts';

export function stalledContent(notice: StalledNotice, options: ContentOptions): MailContent {
  const title = titleOf(notice);
  return {
    subject: `[SCIM] The configuration of ${title} needs somebody's attention`,
    opening: `The configuration of ${title} can't be acted on until somebody mends it. What was in force before stays so wherever it can; the message below says what does not.`,
    facts: [...noticeFacts(notice), ['Reason', notice.reason], ['Message', oneLine(notice.message)]],
    failures: [],
    next: [lookAt(notice, options)],
    // Stored by another version, perhaps.
    link: troubleshootingLink(isDocumentedReason(notice.reason) ? notice.reason : 'SpecInvalid', options.docsUrl),
  };
}

function lookAt({ tenant }: StalledNotice, { home }: ContentOptions): Step {
  return home === 'directory'
    ? {
        words: `Correct it in the YAML files of the ScimTenant ${tenantKey(tenant)} and of its Secret; the log of the program says more.`,
        command: null,
      }
    : {
        words: 'Correct the ScimTenant, or its Secret, where it comes from. Whether it still holds, and since when, is told by:',
        command: `kubectl -n ${tenant.namespace} describe scimtenant ${tenant.name}`,
      };
}
