import { tenantKey } from '#common/tenant-key.ts';
import type { Notice } from '../controller/ports.ts';

/** Where the ScimTenant lives, which decides how a person changes it. */
export type TenantHome = 'kubernetes' | 'directory';

export interface ContentOptions {
  readonly home: TenantHome;
  /** See troubleshootingLink. */
  readonly docsUrl: string | null;
}

/** One thing to do. */
export interface Step {
  readonly words: string;
  /** To be pasted as it stands; null where there is nothing to paste. */
  readonly command: string | null;
}

/** What a mail says, before it is text or HTML. */
export interface MailContent {
  readonly subject: string;
  readonly opening: string;
  readonly facts: readonly (readonly [label: string, value: string])[];
  /** Of a trip, unless it was for a wave of deactivations. */
  readonly failures: readonly { readonly count: number; readonly words: string; readonly link: string }[];
  readonly next: readonly Step[];
  /** To the paragraph about all of it. */
  readonly link: string;
}

export function titleOf({ tenant, displayName }: Notice): string {
  const key = tenantKey(tenant);
  return displayName ? `${oneLine(displayName)} (${key})` : key;
}

/** What every mail says of its tenant. */
export function noticeFacts(notice: Notice): MailContent['facts'] {
  return [
    ['Tenant', titleOf(notice)],
    ['Endpoint', notice.endpoint],
    ['Since', inWords(notice.time)],
  ];
}

/** What somebody wrote is free text: control characters in it would break the subject or fake a line of the mail. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
}

/** `2026-11-24T06:00:00Z` as `2026-11-24 06:00:00 UTC`. */
export function inWords(time: string): string {
  return new Date(time)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' UTC');
}
