import type { FailureClass } from '#common/pod-report.ts';
import { sha256Hex } from '#common/tenant-config.ts';
import { tenantKey } from '#common/tenant-key.ts';
import type { Mail, TripNotice } from '../controller/ports.ts';
import { FAILURE_WORDS } from './failure-words.ts';

/** Where the ScimTenant lives, which decides how a person switches it on again. */
export type TenantHome = 'kubernetes' | 'directory';

export interface TripMailOptions {
  /** Right side of the Message-ID: the domain of MAIL_FROM. */
  readonly domain: string;
  readonly home: TenantHome;
}

/**
 * The mail of one trip to one contact: what failed, how often, since when, and how to switch on again. It names no person of
 * the tenant and no token. Equal notices give the same Message-ID, so a repeated delivery can be recognised.
 */
export function renderTripMail(notice: TripNotice, options: TripMailOptions): Mail {
  const content = contentOf(notice, options.home);
  const recipient = sha256Hex(notice.recipient).slice(0, 12);
  return {
    messageId: `<trip-${notice.trip}.${notice.uid}.${recipient}@${options.domain}>`,
    to: notice.recipient,
    subject: content.subject,
    text: renderText(content),
    html: renderHtml(content),
  };
}

interface Content {
  readonly subject: string;
  readonly opening: string;
  readonly facts: readonly (readonly [label: string, value: string])[];
  readonly failures: readonly (readonly [count: number, words: string])[];
  readonly next: readonly Step[];
}

interface Step {
  readonly words: string;
  /** To be pasted as it stands. */
  readonly command: string | null;
}

function contentOf(notice: TripNotice, home: TenantHome): Content {
  const key = tenantKey(notice.tenant);
  const title = notice.displayName ? `${oneLine(notice.displayName)} (${key})` : key;
  const outcome = notice.switchedOff ? 'was switched off' : 'keeps failing';
  return {
    subject: `[SCIM] The synchronisation of ${title} ${outcome}`,
    opening: notice.switchedOff
      ? `The synchronisation of ${title} was switched off, because too many of its requests failed. The directory gets 503 until it is switched on again; the people who came before stay as they are.`
      : `Too many requests of the synchronisation of ${title} fail. It stays in service, since its failurePolicy says NotifyOnly.`,
    facts: [
      ['Tenant', title],
      ['Endpoint', notice.endpoint],
      ['Since', inWords(notice.openedAt)],
      ['Failures', `${notice.failures} of ${notice.requests} requests within ${notice.window}`],
      ['Reason', oneLine(notice.reason)],
    ],
    failures: Object.entries(notice.classes)
      .sort(([, one], [, other]) => other - one)
      .map(([name, count]) => [count, FAILURE_WORDS[name as FailureClass]] as const),
    next: notice.switchedOff ? switchOnAgain(notice, home) : [LOOK_FIRST],
  };
}

const LOOK_FIRST: Step = {
  words:
    'Find the cause: the provisioning log of the directory shows the answer to each failed request, with the attribute and value that were refused.',
  command: null,
};

function switchOnAgain({ tenant }: TripNotice, home: TenantHome): readonly Step[] {
  if (home === 'directory') {
    return [
      LOOK_FIRST,
      { words: `Once it is mended, set this in the YAML file of the ScimTenant ${tenantKey(tenant)}:`, command: 'spec:\n  enabled: true' },
    ];
  }
  return [
    LOOK_FIRST,
    {
      words: 'Once it is mended, switch it on again:',
      command: `kubectl -n ${tenant.namespace} patch scimtenant ${tenant.name} --type merge -p '{"spec":{"enabled":true}}'`,
    },
    {
      words:
        'Where Argo CD or Flux owns the resource, give failurePolicy.resetToken any new value in its repository instead, for example the date:',
      command: "spec:\n  failurePolicy:\n    resetToken: '<any new value>'",
    },
  ];
}

function renderText(content: Content): string {
  const width = Math.max(...content.facts.map(([label]) => label.length));
  const parts = [
    content.opening,
    content.facts.map(([label, value]) => `${`${label}:`.padEnd(width + 1)} ${value}`).join('\n'),
    `What failed:\n${content.failures.map(([count, words]) => `  ${count} × ${words}`).join('\n')}`,
    `What to do:\n${content.next.map((step, index) => textStep(step, index)).join('\n')}`,
  ];
  return `${parts.join('\n\n')}\n`;
}

function textStep({ words, command }: Step, index: number): string {
  const line = `  ${index + 1}. ${words}`;
  return command === null ? line : `${line}\n\n${command.replaceAll(/^/gm, '       ')}\n`;
}

function renderHtml(content: Content): string {
  const facts = content.facts.map(
    ([label, value]) => `<tr><th align="left" style="padding-right:1em">${escapeHtml(label)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  const failures = content.failures.map(([count, words]) => `<li>${count} &times; ${escapeHtml(words)}</li>`);
  const next = content.next.map(
    ({ words, command }) => `<li>${escapeHtml(words)}${command === null ? '' : `<pre>${escapeHtml(command)}</pre>`}</li>`,
  );
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(content.subject)}</title></head><body style="font-family:sans-serif">`,
    `<p>${escapeHtml(content.opening)}</p>`,
    `<table>${facts.join('')}</table>`,
    `<h3>What failed</h3><ul>${failures.join('')}</ul>`,
    `<h3>What to do</h3><ol>${next.join('')}</ol>`,
    '</body></html>\n',
  ].join('\n');
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
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
