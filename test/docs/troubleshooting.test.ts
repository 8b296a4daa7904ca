import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { FAILURE_ADVICE, type FailureReason } from '#common/failure-reasons.ts';
import { CLIENT_FAILURE_CLASSES, SERVER_FAILURE_CLASSES } from '#common/pod-report.ts';
import { isDocumentedReason, troubleshootingLink, TROUBLESHOOTING_HEADINGS, type DocumentedReason } from '#common/troubleshooting-link.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const DOCUMENT = readFileSync(`${ROOT}docs/troubleshooting.md`, 'utf8');

/** Text below each heading, up to the next. */
const paragraphs = new Map(
  DOCUMENT.split(/^(?=#{2,3} )/m)
    .slice(1)
    .map((part) => [part.slice(part.indexOf(' ') + 1, part.indexOf('\n')), part.slice(part.indexOf('\n')).trim()] as const),
);

/** As GitHub does it: lower case, without punctuation, a dash for each space. */
const anchors = [...paragraphs.keys()].map((heading) =>
  heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .replaceAll(' ', '-'),
);

const reasons = Object.keys(TROUBLESHOOTING_HEADINGS) as DocumentedReason[];

/** Reasons of conditions and Events, as the sources write them. */
function reasonsOfOperator(): readonly string[] {
  const folder = `${ROOT}operator/reconcile/`;
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(`${folder}${file}`, 'utf8'))
    .join('\n');
  const written = [
    ...sources.matchAll(/\breason: '([A-Z]\w+)'/g),
    ...sources.matchAll(/\b(?:stalled|waiting|failedWrite)\(\s*'([A-Z]\w+)'/g),
    ...sources.matchAll(/\breason === '([A-Z]\w+)'/g),
  ];
  return [...new Set(written.map((match) => match[1] ?? ''))].toSorted();
}

describe('docs/troubleshooting.md', () => {
  test.each(reasons)('has a paragraph for %s, to which its link leads', (reason) => {
    const link = troubleshootingLink(reason, null);
    expect(anchors).toContain(link.slice('docs/troubleshooting.md#'.length));
    const text = paragraphs.get(TROUBLESHOOTING_HEADINGS[reason]) ?? '';
    expect(text.length).toBeGreaterThan(80);
    // Who looks for the word of a condition finds it.
    expect(text).toContain(reason.replace(/^TokenE/, 'E'));
  });

  test('has one heading for each anchor', () => {
    expect(anchors.length).toBeGreaterThan(30);
    expect(new Set(anchors).size).toBe(anchors.length);
  });

  test('has no link that leads nowhere', () => {
    const inner = [...DOCUMENT.matchAll(/\]\(#([^)]+)\)/g)].map((match) => match[1]!);
    expect(inner.length).toBeGreaterThan(3);
    for (const anchor of inner) expect(anchors).toContain(anchor);
  });

  test('explains every reason that a condition or an Event of the operator gives', () => {
    const given = reasonsOfOperator();
    expect(given).toEqual(
      expect.arrayContaining(['MappingInvalid', 'TokenSecretMissing', 'WaitingForPods', 'ConfigNotWritten', 'Resolved']),
    );
    expect(given.filter((reason) => !isDocumentedReason(reason))).toEqual([]);
  });
});

describe('advice for failures', () => {
  const all: readonly FailureReason[] = [
    ...CLIENT_FAILURE_CLASSES,
    ...SERVER_FAILURE_CLASSES,
    'RequiredAttribute',
    'AmbiguousMatch',
    'DeactivationWave',
  ];

  test('is there for each of them, one line that is no whole sentence with a full stop', () => {
    expect(Object.keys(FAILURE_ADVICE).toSorted()).toEqual(all.toSorted());
    for (const { meaning, action } of Object.values(FAILURE_ADVICE)) {
      for (const words of [meaning, action]) expect(words).toMatch(/^[A-Z][^\n]{20,200}[^.\s]$/);
    }
  });

  test('leads to a paragraph, wherever the documents are published', () => {
    expect(all.map((reason) => troubleshootingLink(reason, 'https://docs.example.com/scim')).slice(0, 2)).toEqual([
      'https://docs.example.com/scim/troubleshooting.md#invalid-value',
      'https://docs.example.com/scim/troubleshooting.md#invalid-syntax',
    ]);
  });
});
