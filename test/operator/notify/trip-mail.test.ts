import { describe, expect, test } from '@jest/globals';
import { sha256Hex } from '#common/sha256-hex.ts';
import type { TripNotice } from '#operator/controller/ports.ts';
import { renderTripMail } from '#operator/notify/trip-mail.ts';
import { aTripNotice, aWaveNotice } from '#test/support/a-trip-notice.ts';

const IN_CLUSTER = { domain: 'example.com', home: 'kubernetes', docsUrl: 'https://docs.example.com' } as const;

const IN_FOLDER = { domain: 'example.com', home: 'directory', docsUrl: null } as const;

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
  58 × A value that the directory sent does not fit the attribute mapping of this tenant
      https://docs.example.com/troubleshooting.md#invalid-value
  2 × The database could not be reached; the cause is on the side of this service, not of the directory
      https://docs.example.com/troubleshooting.md#store-unavailable

What to do:
  1. Find the cause: the provisioning log of the directory shows the answer to each failed request, with the attribute and value that were refused.
  2. Once it is mended, switch it on again:

       kubectl -n team-hr patch scimtenant acme --type merge -p '{"spec":{"enabled":true}}'

  3. Where Argo CD or Flux owns the resource, give failurePolicy.resetToken any new value in its repository instead, for example the date:

       spec:
         failurePolicy:
           resetToken: '<any new value>'

More about it: https://docs.example.com/troubleshooting.md#tripped
`);
  });

  test('has the same content as HTML', () => {
    const { html } = renderTripMail(aTripNotice(), IN_CLUSTER);
    expect(html).toContain(
      '<li>58 &times; A value that the directory sent does not fit the attribute mapping of this tenant<br><a href="https://docs.example.com/troubleshooting.md#invalid-value">',
    );
    expect(html).toContain('<td>2026-11-24 06:00:00 UTC</td>');
    expect(html).toContain(
      '<pre>kubectl -n team-hr patch scimtenant acme --type merge -p &#39;{&quot;spec&quot;:{&quot;enabled&quot;:true}}&#39;</pre>',
    );
  });

  test('points to the YAML file where there is no cluster', () => {
    const { text, html } = renderTripMail(aTripNotice(), IN_FOLDER);
    expect(text).toContain('in the YAML file of the ScimTenant team-hr/acme:\n\n       spec:\n         enabled: true\n');
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

  test('links to the path in the repository where the documents are not published', () => {
    const { text, html } = renderTripMail(aTripNotice(), IN_FOLDER);
    expect(text).toContain('\n\nMore about it: docs/troubleshooting.md#tripped\n');
    expect(html).toContain('<p>More about it: docs/troubleshooting.md#tripped</p>');
  });

  test('tells a class of a newer pod as one of the others', () => {
    const { text } = renderTripMail(aTripNotice({ classes: { Sunspots: 3 } as TripNotice['classes'] }), IN_CLUSTER);
    expect(text).toContain('  3 × A request of the directory was refused for another reason');
  });
});

describe('the mail of a wave of deactivations', () => {
  test('tells how many of how many were to go, that nobody beyond the limit was touched, where to look and how to go on', () => {
    const mail = renderTripMail(aWaveNotice(), IN_CLUSTER);
    expect(mail.subject).toBe(
      '[SCIM] The synchronisation of Acme Corp (team-hr/acme) was switched off: too many people were to be deactivated',
    );
    expect(mail.text).toBe(`\
The synchronisation of Acme Corp (team-hr/acme) was switched off, because the directory asked to deactivate at least 31 of 100 people within 40m, and 30 is the most that this tenant lets go. Nobody beyond these 30 was touched. The directory gets 503 until it is switched on again.

Tenant:   Acme Corp (team-hr/acme)
Endpoint: https://scim.example.com/team-hr/acme/scim/v2
Since:    2026-11-24 06:00:00 UTC
Reason:   31 of 100 people would be deactivated within 40m, more than users.maxDeactivations allows (30)

What to do:
  1. Look in the directory first: which people or groups were taken from the application, and was a scoping filter changed? (Entra ID: the application, Users and groups; Provisioning, Mappings, Source Object Scope. Okta: the application, Assignments.) Put back who shall stay.
  2. If all of it is meant, raise users.maxDeactivations of the ScimTenant first, to a number or a percentage that is enough, so that all of them go at once:

       spec:
         users:
           maxDeactivations: '<number or percentage>'

  3. Switch it on again. Each time lets another portion of people through, also under the limit as it is:

       kubectl -n team-hr patch scimtenant acme --type merge -p '{"spec":{"enabled":true}}'

  4. Where Argo CD or Flux owns the resource, give failurePolicy.resetToken any new value in its repository instead, for example the date:

       spec:
         failurePolicy:
           resetToken: '<any new value>'

More about it: https://docs.example.com/troubleshooting.md#deactivation-wave
`);
    expect(mail.html).toContain('<a href="https://docs.example.com/troubleshooting.md#deactivation-wave">');
    expect(mail.html).not.toContain('What failed');
  });

  test('does not say "of" a number that is smaller, for a tenant that has grown since', () => {
    const { text } = renderTripMail(aWaveNotice({ wave: { deactivations: 21, limit: 20, people: 5 } }), IN_CLUSTER);
    expect(text).toContain('asked to deactivate at least 21 people within 40m');
  });

  test('says under NotifyOnly that they are deactivated, and how to stop it', () => {
    const { subject, text } = renderTripMail(aWaveNotice({ switchedOff: false, displayName: null }), IN_CLUSTER);
    expect(subject).toBe('[SCIM] The synchronisation of team-hr/acme deactivates many people');
    expect(text).toContain('All of them were deactivated and more may follow, since its failurePolicy says NotifyOnly.');
    expect(text).toContain(`kubectl -n team-hr patch scimtenant acme --type merge -p '{"spec":{"enabled":false}}'`);
    expect(text).not.toContain('true');
  });

  test('points to the YAML file where there is no cluster', () => {
    for (const [switchedOff, enabled] of [
      [true, true],
      [false, false],
    ] as const) {
      const { text, html } = renderTripMail(aWaveNotice({ switchedOff }), IN_FOLDER);
      expect(text).toContain(`in the YAML file of the ScimTenant team-hr/acme:\n\n       spec:\n         enabled: ${enabled}\n`);
      expect(text + html).not.toContain('kubectl');
    }
  });
});
