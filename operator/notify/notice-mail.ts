import { sha256Hex } from '#common/sha256-hex.ts';
import type { Mail, Notice } from '../controller/ports.ts';
import type { ContentOptions, MailContent, Step } from './mail-content.ts';
import { stalledContent } from './stalled-content.ts';
import { tokenContent } from './token-content.ts';
import { tripContent } from './trip-content.ts';

export interface NoticeMailOptions extends ContentOptions {
  /** Right side of the Message-ID: the domain of MAIL_FROM. */
  readonly domain: string;
}

/**
 * The mail of one notice to one contact: what happened, since when, and what to do. It names no person of the tenant and
 * no token. Equal notices give the same Message-ID, so a repeated delivery can be recognised.
 */
export function renderNoticeMail(notice: Notice, options: NoticeMailOptions): Mail {
  const content = contentOf(notice, options);
  const recipient = sha256Hex(notice.recipient).slice(0, 12);
  return {
    messageId: `<${notice.id}.${notice.uid}.${recipient}@${options.domain}>`,
    to: notice.recipient,
    subject: content.subject,
    text: renderText(content),
    html: renderHtml(content),
  };
}

function contentOf(notice: Notice, options: ContentOptions): MailContent {
  switch (notice.kind) {
    case 'Trip':
      return tripContent(notice, options);
    case 'TokenExpiry':
      return tokenContent(notice, options);
    case 'Stalled':
    default:
      return stalledContent(notice, options);
  }
}

function renderText({ opening, facts, failures, next, link }: MailContent): string {
  const width = Math.max(...facts.map(([label]) => label.length));
  const parts = [
    opening,
    facts.map(([label, value]) => `${`${label}:`.padEnd(width + 1)} ${value}`).join('\n'),
    ...(failures.length === 0
      ? []
      : [`What failed:\n${failures.map((failure) => `  ${failure.count} × ${failure.words}\n      ${failure.link}`).join('\n')}`]),
    `What to do:\n${next.map((step, index) => textStep(step, index)).join('\n')}`.trimEnd(),
    `More about it: ${link}`,
  ];
  return `${parts.join('\n\n')}\n`;
}

function textStep({ words, command }: Step, index: number): string {
  const line = `  ${index + 1}. ${words}`;
  return command === null ? line : `${line}\n\n${command.replaceAll(/^/gm, '       ')}\n`;
}

function renderHtml({ subject, opening, facts, failures, next, link }: MailContent): string {
  const rows = facts.map(
    ([label, value]) => `<tr><th align="left" style="padding-right:1em">${escapeHtml(label)}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  const failed = failures.map((failure) => `<li>${failure.count} &times; ${escapeHtml(failure.words)}<br>${htmlLink(failure.link)}</li>`);
  const steps = next.map(
    ({ words, command }) => `<li>${escapeHtml(words)}${command === null ? '' : `<pre>${escapeHtml(command)}</pre>`}</li>`,
  );
  return [
    '<!doctype html>',
    `<html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head><body style="font-family:sans-serif">`,
    `<p>${escapeHtml(opening)}</p>`,
    `<table>${rows.join('')}</table>`,
    ...(failed.length === 0 ? [] : [`<h3>What failed</h3><ul>${failed.join('')}</ul>`]),
    `<h3>What to do</h3><ol>${steps.join('')}</ol>`,
    `<p>More about it: ${htmlLink(link)}</p>`,
    '</body></html>\n',
  ].join('\n');
}

/** Without DOCS_URL it is a path of the repository, which no mail program can open. */
function htmlLink(link: string): string {
  const text = escapeHtml(link);
  return /^https?:/.test(link) ? `<a href="${text}">${text}</a>` : text;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
