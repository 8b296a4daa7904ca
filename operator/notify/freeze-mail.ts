import { troubleshootingLink } from '#common/troubleshooting-link.ts';
import type { FreezeNotice, Mail } from '../controller/ports.ts';
import { recipientMark } from '../reconcile/notices.ts';
import type { TenantHome } from './mail-content.ts';

export interface FreezeMailOptions {
  readonly recipient: string;
  /** Right side of the Message-ID: the domain of MAIL_FROM. */
  readonly domain: string;
  readonly home: TenantHome;
  /** See troubleshootingLink. */
  readonly docsUrl: string | null;
}

/** The mail about one failure of the platform to one of its contacts. Equal notices give the same Message-ID. */
export function renderFreezeMail({ since, wanting, tenants, named }: FreezeNotice, options: FreezeMailOptions): Mail {
  const { recipient, domain, home, docsUrl } = options;
  const more = wanting - named.length;
  const paragraphs = [
    `Since ${since}, ${wanting} of ${tenants} tenants in service fail so often that their synchronisation would be switched off. So many at once are taken for a failure of the platform (the store, the network, a release of the SCIM service), so from now on none of them is switched off for it and their contacts get no mail. This ends by itself when no more than a tenth of the tenants fail.`,
    `Tenants that fail: ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}`,
    `What to do:\n  1. Look at the SCIM service and its store first: the logs of its pods, and the metrics scim_http_requests_total and scim_store_operation_duration_seconds.\n  2. ${SWITCH_ON[home]}`,
    `More about it: ${troubleshootingLink('PlatformFailure', docsUrl)}`,
  ];
  return {
    messageId: `<freeze-${Date.parse(since)}.${recipientMark(recipient)}@${domain}>`,
    to: recipient,
    subject: `[SCIM] ${wanting} of ${tenants} tenants fail at once`,
    text: `${paragraphs.join('\n\n')}\n`,
    html: `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"></head><body style="font-family:sans-serif">\n${paragraphs.map(htmlParagraph).join('\n')}\n</body></html>\n`,
  };
}

const SWITCH_ON: Readonly<Record<TenantHome, string>> = {
  kubernetes:
    'A tenth of the tenants at most may have been switched off before it was seen: `kubectl get scimtenants -A` shows them with the reason Tripped, and each has a mail of its own that says how it is switched on.',
  directory: 'Tenants that were switched off before it was seen have enabled: false in their files, and each has a mail of its own.',
};

/** Names of tenants are lower-case letters, digits and dashes; the rest is ours, and holds nothing that HTML would read. */
function htmlParagraph(text: string): string {
  return `<p>${text.replaceAll('\n', '<br>')}</p>`;
}
