import { describe, expect, test } from '@jest/globals';
import { sha256Hex } from '#common/sha256-hex.ts';
import type { TripNotice } from '#operator/controller/ports.ts';
import { renderNoticeMail } from '#operator/notify/notice-mail.ts';
import { aStalledNotice, aTokenExpiryNotice } from '#test/support/a-notice.ts';
import { aTripNotice, aWaveNotice } from '#test/support/a-trip-notice.ts';

const IN_CLUSTER = { domain: 'example.com', home: 'kubernetes', docsUrl: 'https://docs.example.com' } as const;

const IN_FOLDER = { domain: 'example.com', home: 'directory', docsUrl: null } as const;

describe('renderNoticeMail', () => {
  test('tells which tenant, what failed, how often, since when, and how to switch on again', () => {
    const mail = renderNoticeMail(aTripNotice(), IN_CLUSTER);
    expect(mail.to).toBe('hr-it@acme.example');
    expect(mail.subject).toBe('[SCIM] The synchronisation of Acme Corp (team-hr/acme) was switched off');
    expect(mail.text).toBe(`\
The synchronisation of Acme Corp (team-hr/acme) was switched off, because too many of its requests failed. The directory gets 503 until it is switched on again; the people who came before stay as they are.

Tenant:   Acme Corp (team-hr/acme)
Endpoint: https://scim.example.com/team-hr/acme/scim/v2
Since:    2026-11-24 06:00:00 UTC
Failures: 60 of 100 requests within 40m
Reason:   60 of 100 requests failed within 40m: 58 InvalidValue, 2 StoreUnavailable

What failed:
  58 × A value that the directory sent does not fit the attribute mapping of this tenant
      https://docs.example.com/troubleshooting.md#invalid-value
  2 × The database could not be reached; the cause is on the side of this service, not of the directory
      https://docs.example.com/troubleshooting.md#store-unavailable

What to do:
  1. Find the cause: the provisioning log of the directory shows the answer to each failed request, with the attribute and value that were refused.
  2. Once it is mended, switch it on again:

       kubectl -n team-hr patch scimtenant acme --type merge -p '{"metadata":{"annotations":{"scim-operator.dev/reset-at":"2026-11-24T06:00:00Z"}},"spec":{"enabled":true}}'

  3. Where Argo CD or Flux owns the resource, give failurePolicy.resetToken any new value in its repository instead, for example the date:

       spec:
         failurePolicy:
           resetToken: '<any new value>'

More about it: https://docs.example.com/troubleshooting.md#tripped
`);
  });

  test('has the same content as HTML', () => {
    const { html } = renderNoticeMail(aTripNotice(), IN_CLUSTER);
    expect(html).toContain(
      '<li>58 &times; A value that the directory sent does not fit the attribute mapping of this tenant<br><a href="https://docs.example.com/troubleshooting.md#invalid-value">',
    );
    expect(html).toContain('<td>2026-11-24 06:00:00 UTC</td>');
    expect(html).toContain(
      '<pre>kubectl -n team-hr patch scimtenant acme --type merge -p &#39;{&quot;metadata&quot;:{&quot;annotations&quot;:{&quot;scim-operator.dev/reset-at&quot;:&quot;2026-11-24T06:00:00Z&quot;}},&quot;spec&quot;:{&quot;enabled&quot;:true}}&#39;</pre>',
    );
  });

  test('points to the YAML file where there is no cluster', () => {
    const { text, html } = renderNoticeMail(aTripNotice(), IN_FOLDER);
    expect(text).toContain('in the YAML file of the ScimTenant team-hr/acme:\n\n       spec:\n         enabled: true\n');
    expect(text + html).not.toContain('kubectl');
  });

  test('says that a tenant under NotifyOnly stays in service, and asks nobody to switch it on', () => {
    const { subject, text } = renderNoticeMail(aTripNotice({ switchedOff: false, displayName: null }), IN_CLUSTER);
    expect(subject).toBe('[SCIM] The synchronisation of team-hr/acme keeps failing');
    expect(text).toContain('It stays in service, since its failurePolicy says NotifyOnly.');
    expect(text).not.toContain('kubectl');
  });

  test('escapes what a tenant wrote, and keeps a line break out of the subject', () => {
    const mail = renderNoticeMail(
      aTripNotice({ displayName: `<script>alert("x")</script>\r\nBcc: spy@evil.example & co`, window: '<b>' }),
      IN_CLUSTER,
    );
    expect(mail.html).not.toMatch(/<script|<b>/);
    expect(mail.html).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; Bcc: spy@evil.example &amp; co');
    expect(mail.subject).not.toMatch(/[\r\n]/);
  });

  test('has a Message-ID that is equal for equal notices and differs by tenant, trip and recipient', () => {
    const idOf = (overrides: Parameters<typeof aTripNotice>[0]): string => renderNoticeMail(aTripNotice(overrides), IN_CLUSTER).messageId;
    const recipient = sha256Hex('hr-it@acme.example').slice(0, 12);
    expect(idOf({})).toBe(`<trip-3.0f5c9a1e-6b7d-4c3a-9f55-2d1f3c8b7a60.${recipient}@example.com>`);
    expect(idOf({ failures: 99 })).toBe(idOf({}));
    expect(new Set([idOf({}), idOf({ trip: 4 }), idOf({ uid: 'other' }), idOf({ recipient: 'cio@acme.example' })]).size).toBe(4);
  });

  test('links to the path in the repository where the documents are not published', () => {
    const { text, html } = renderNoticeMail(aTripNotice(), IN_FOLDER);
    expect(text).toContain('\n\nMore about it: docs/troubleshooting.md#tripped\n');
    expect(html).toContain('<p>More about it: docs/troubleshooting.md#tripped</p>');
  });

  test('tells a class of a newer pod as one of the others', () => {
    const { text } = renderNoticeMail(aTripNotice({ classes: { Sunspots: 3 } as TripNotice['classes'] }), IN_CLUSTER);
    expect(text).toContain('  3 × A request of the directory was refused for another reason');
  });
});

describe('the mail of a wave of deactivations', () => {
  test('tells how many of how many were to go, that nobody beyond the limit was touched, where to look and how to go on', () => {
    const mail = renderNoticeMail(aWaveNotice(), IN_CLUSTER);
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

       kubectl -n team-hr patch scimtenant acme --type merge -p '{"metadata":{"annotations":{"scim-operator.dev/reset-at":"2026-11-24T06:00:00Z"}},"spec":{"enabled":true}}'

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
    const { text } = renderNoticeMail(aWaveNotice({ wave: { deactivations: 21, limit: 20, people: 5 } }), IN_CLUSTER);
    expect(text).toContain('asked to deactivate at least 21 people within 40m');
  });

  test('says under NotifyOnly that they are deactivated, and how to stop it', () => {
    const { subject, text } = renderNoticeMail(aWaveNotice({ switchedOff: false, displayName: null }), IN_CLUSTER);
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
      const { text, html } = renderNoticeMail(aWaveNotice({ switchedOff }), IN_FOLDER);
      expect(text).toContain(`in the YAML file of the ScimTenant team-hr/acme:\n\n       spec:\n         enabled: ${enabled}\n`);
      expect(text + html).not.toContain('kubectl');
    }
  });
});

describe('the mail of a token', () => {
  test('tells when it is due, and how a new one is stored and reaches the directory', () => {
    const mail = renderNoticeMail(aTokenExpiryNotice(), IN_CLUSTER);
    expect(mail.subject).toBe('[SCIM] The token of Acme Corp (team-hr/acme) is due for a change');
    expect(mail.text).toBe(`\
The token with which the directory signs in for Acme Corp (team-hr/acme) comes up to tokenPolicy.maxAge. It is accepted afterwards too, but it is older then than it should be.

Tenant:   Acme Corp (team-hr/acme)
Endpoint: https://scim.example.com/team-hr/acme/scim/v2
Since:    2026-11-24 06:00:00 UTC
Due:      2026-12-14 06:00:00 UTC

What to do:
  1. Store a new token where Secret acme-scim-token comes from (the old one is accepted for 24h from then on). If it is written by hand:

       kubectl -n team-hr patch secret acme-scim-token -p "{\\"stringData\\":{\\"token\\":\\"$(openssl rand -base64 32)\\"}}"

  2. Store the new token in the directory as its secret token (Entra ID: the application, Provisioning, Admin credentials. Okta: the application, Provisioning, Integration). Read it with:

       kubectl -n team-hr get secret acme-scim-token -o jsonpath='{.data.token}' | base64 -d

More about it: https://docs.example.com/troubleshooting.md#token-expiring
`);
  });

  test('has the operator make the new one where it made the old one', () => {
    const { text } = renderNoticeMail(aTokenExpiryNotice({ rotatable: true, state: 'Expired' }), IN_CLUSTER);
    expect(text).toContain('is older than tokenPolicy.maxAge. It is still accepted');
    expect(text).toContain('       kubectl -n team-hr annotate scimtenant acme scim-operator.dev/rotate-at="$(date +%s)" --overwrite\n');
  });

  test('says of one that was replaced until when the directory may go on with it', () => {
    const { subject, text } = renderNoticeMail(aTokenExpiryNotice({ state: 'Replaced', rotatable: true }), IN_CLUSTER);
    expect(subject).toBe('[SCIM] The token of Acme Corp (team-hr/acme) was replaced: store the new one in the directory');
    expect(text).toContain('Old until: 2026-12-14 06:00:00 UTC');
    expect(text).toContain('  1. Store the new token in the directory');
    expect(text).toContain('#token-rotated');
    expect(text).not.toContain('rotate-at');
  });

  test.each([true, false])('names files where there is no cluster (rotatable: %s)', (rotatable) => {
    const { text, html } = renderNoticeMail(aTokenExpiryNotice({ rotatable }), IN_FOLDER);
    expect(text).toContain(rotatable ? "scim-operator.dev/rotate-at: '<any new value>'" : 'into the Secret acme-scim-token, key token');
    expect(text).toContain('It is in the YAML file of the Secret acme-scim-token.');
    expect(text + html).not.toContain('kubectl');
  });
});

describe('the mail of a configuration that is stalled', () => {
  test('tells what has to be mended, and how to see whether it still does', () => {
    const mail = renderNoticeMail(aStalledNotice(), IN_CLUSTER);
    expect(mail.messageId).toMatch(/^<stalled-4-MappingInvalid\.0f5c9a1e-6b7d-4c3a-9f55-2d1f3c8b7a60\.[0-9a-f]{12}@example\.com>$/);
    expect(mail.subject).toBe("[SCIM] The configuration of Acme Corp (team-hr/acme) needs somebody's attention");
    expect(mail.text).toContain('Message:  attributeMapping[0]: schema User has no attribute "usrname"; nearest: userName\n');
    expect(mail.text).toContain('       kubectl -n team-hr describe scimtenant acme\n');
    expect(mail.text).toContain('https://docs.example.com/troubleshooting.md#mapping-invalid');
    expect(mail.html).toContain('<td>attributeMapping[0]: schema User has no attribute &quot;usrname&quot;; nearest: userName</td>');
  });

  test('names the files where there is no cluster, and a page for a reason of another version', () => {
    const { text } = renderNoticeMail(aStalledNotice({ reason: 'Sunspots' }), IN_FOLDER);
    expect(text).toContain('Correct it in the YAML files of the ScimTenant team-hr/acme');
    expect(text).toContain('docs/troubleshooting.md#spec-invalid');
    expect(text).not.toContain('kubectl');
  });
});
