import { troubleshootingLink, type DocumentedReason } from '#common/troubleshooting-link.ts';

/** The detail of an error as a client gets it where DOCS_URL is not set. */
export function explained(detail: string, reason: DocumentedReason): string {
  return `${detail} (see ${troubleshootingLink(reason, null)})`;
}
