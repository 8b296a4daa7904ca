import { describe, expect, test } from '@jest/globals';
import { sha256Hex } from '#common/tenant-config.ts';
import { CLIENT_FAILURE_CLASSES, SERVER_FAILURE_CLASSES } from '#common/pod-report.ts';
import { FAILURE_WORDS } from '#operator/notify/failure-words.ts';
import { renderTripMail } from '#operator/notify/trip-mail.ts';
import { aTripNotice } from '#test/support/a-trip-notice.ts';

const IN_CLUSTER = { domain: 'example.com', home: 'kubernetes' } as const;

describe('renderTripMail', () => {
  test('tells which tenant, what failed, how often, since when, and how to switch on again', () => {
    const mail = renderTripMail(aTripNotice(), IN_CLUSTER);
    expect(mail.to).toBe('hr-it@acme.example');
    expect(mail.subject).toBe('[SCIM] The synchronisation of Acme Corp (team-hr/acme) was switched off');
    expect(mail.text).toBe(`\
The synchronisation of Acme Corp (team-hr/acme) was switched off, because too many of its requests failed. The directory gets 503 until it is switched on again; the people who came before stay as they are.

Tenant:   Acme Corp (team-hr/acme)
Endpoint: https://scim.example.com/team-hr/acme/scim/v2
Since:    2026-11-24 06:00:00 UTC
Failures: 60 of 100 requests within 40m
Reason:   60 of 100 requests failed within 40m

What failed:
  58 × A value does not fit the attribute mapping, or a required attribute is missing (400 invalidValue)
  2 × The database could not be reached (503); the cause is on the side of this service

What to do:
  1. Find the cause: the provisioning log of the directory shows the answer to each failed request, with the attribute and value that were refused.
  2. Once it is mended, switch it on again:

       kubectl -n team-hr patch scimtenant acme --type merge -p '{"spec":{"enabled":true}}'

  3. Where Argo CD or Flux owns the resource, give failurePolicy.resetToken any new value in its repository instead, for example the date:

       spec:
         failurePolicy:
           resetToken: '<any new value>'

`);
  });

  test('has the same content as HTML', () => {
    const { html } = renderTripMail(aTripNotice(), IN_CLUSTER);
    expect(html).toContain('<li>58 &times; A value does not fit the attribute mapping');
    expect(html).toContain('<td>2026-11-24 06:00:00 UTC</td>');
    expect(html).toContain(
      '<pre>kubectl -n team-hr patch scimtenant acme --type merge -p &#39;{&quot;spec&quot;:{&quot;enabled&quot;:true}}&#39;</pre>',
    );
  });

  test('points to the YAML file where there is no cluster', () => {
    const { text, html } = renderTripMail(aTripNotice(), { domain: 'example.com', home: 'directory' });
    expect(text).toContain('set this in the YAML file of the ScimTenant team-hr/acme:\n\n       spec:\n         enabled: true\n');
    expect(text + html).not.toContain('kubectl');
  });

  test('says that a tenant under NotifyOnly stays in service, and asks nobody to switch it on', () => {
    const { subject, text } = renderTripMail(aTripNotice({ switchedOff: false, displayName: null }), IN_CLUSTER);
    expect(subject).toBe('[SCIM] The synchronisation of team-hr/acme keeps failing');
    expect(text).toContain('It stays in service, since its failurePolicy says NotifyOnly.');
    expect(text).not.toContain('kubectl');
  });

  test('escapes what a tenant wrote, and keeps a line break out of the subject', () => {
    const mail = renderTripMail(
      aTripNotice({ displayName: `<script>alert("x")</script>\r\nBcc: spy@evil.example & co`, reason: '<b>' }),
      IN_CLUSTER,
    );
    expect(mail.html).not.toMatch(/<script|<b>/);
    expect(mail.html).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; Bcc: spy@evil.example &amp; co');
    expect(mail.subject).not.toMatch(/[\r\n]/);
  });

  test('has a Message-ID that is equal for equal notices and differs by tenant, trip and recipient', () => {
    const idOf = (overrides: Parameters<typeof aTripNotice>[0]): string => renderTripMail(aTripNotice(overrides), IN_CLUSTER).messageId;
    const recipient = sha256Hex('hr-it@acme.example').slice(0, 12);
    expect(idOf({})).toBe(`<trip-3.0f5c9a1e-6b7d-4c3a-9f55-2d1f3c8b7a60.${recipient}@example.com>`);
    expect(idOf({ failures: 99, reason: 'another count' })).toBe(idOf({}));
    expect(new Set([idOf({}), idOf({ trip: 4 }), idOf({ uid: 'other' }), idOf({ recipient: 'cio@acme.example' })]).size).toBe(4);
  });

  test('has words for every class of failure', () => {
    expect(Object.keys(FAILURE_WORDS).sort()).toEqual([...CLIENT_FAILURE_CLASSES, ...SERVER_FAILURE_CLASSES].sort());
  });
});
