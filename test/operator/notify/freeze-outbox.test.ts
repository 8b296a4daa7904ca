import { describe, expect, test } from '@jest/globals';
import type { FreezeNotice, Mail } from '#operator/controller/ports.ts';
import { renderFreezeMail } from '#operator/notify/freeze-mail.ts';
import { createFreezeOutbox } from '#operator/notify/freeze-outbox.ts';
import { recipientMark } from '#operator/reconcile/notices.ts';
import { aLog } from '#test/support/a-log.ts';

const NOTICE: FreezeNotice = {
  since: '2026-11-24T06:00:00Z',
  told: [],
  wanting: 23,
  tenants: 60,
  named: ['team-hr/acme', 'team-hr/portal'],
};
const CONTACTS = ['platform@example.com', 'oncall@example.com'];

/** Takes mails unless `refusals` are left. */
function anOutbox(options: { contacts?: readonly string[]; refusals?: number } = {}) {
  const mails: Mail[] = [];
  const told: string[] = [];
  const pauses: number[] = [];
  const outcomes: string[] = [];
  let refusals = options.refusals ?? 0;
  const stop = new AbortController();
  const outbox = createFreezeOutbox({
    mailer: {
      transport: 'smtp',
      async send(mail) {
        refusals -= 1;
        if (refusals >= 0) throw new Error('421 try again later');
        mails.push(mail);
      },
    },
    from: 'scim@example.com',
    contacts: options.contacts ?? CONTACTS,
    home: 'kubernetes',
    docsUrl: 'https://docs.example.com',
    onAttempt: (outcome) => void outcomes.push(outcome),
    logger: aLog().logger,
    signal: stop.signal,
    wait: async (milliseconds) => void pauses.push(milliseconds),
  });
  return { outbox, mails, told, pauses, outcomes, stop, onTold: (mark: string) => void told.push(mark) };
}

describe('the mail about a failure of the platform', () => {
  test('says since when, how many of how many, which, and what to do', () => {
    const mail = renderFreezeMail(NOTICE, { recipient: CONTACTS[0]!, domain: 'example.com', home: 'kubernetes', docsUrl: null });
    expect(mail).toMatchObject({
      messageId: `<freeze-${Date.parse(NOTICE.since)}.${recipientMark(CONTACTS[0]!)}@example.com>`,
      to: 'platform@example.com',
      subject: '[SCIM] 23 of 60 tenants fail at once',
    });
    expect(mail.text).toBe(
      `Since 2026-11-24T06:00:00Z, 23 of 60 tenants in service fail so often that their synchronisation would be switched off. So many at once are taken for a failure of the platform (the store, the network, a release of the SCIM service), so from now on none of them is switched off for it and their contacts get no mail. This ends by itself when no more than a tenth of the tenants fail.

Tenants that fail: team-hr/acme, team-hr/portal and 21 more

What to do:
  1. Look at the SCIM service and its store first: the logs of its pods, and the metrics scim_http_requests_total and scim_store_operation_duration_seconds.
  2. A tenth of the tenants at most may have been switched off before it was seen: \`kubectl get scimtenants -A\` shows them with the reason Tripped, and each has a mail of its own that says how it is switched on.

More about it: docs/troubleshooting.md#platform-failure
`,
    );
    expect(mail.html).toContain('<p>Tenants that fail: team-hr/acme, team-hr/portal and 21 more</p>');
  });

  test('points to files where there is no cluster', () => {
    const { text } = renderFreezeMail(NOTICE, { recipient: CONTACTS[0]!, domain: 'example.com', home: 'directory', docsUrl: null });
    expect(text).toContain('have enabled: false in their files');
    expect(text).not.toContain('kubectl');
  });
});

describe('the outbox of the platform', () => {
  test('sends one mail to each contact, however often it is told', async () => {
    const { outbox, mails, told, onTold } = anOutbox({ contacts: [...CONTACTS, CONTACTS[0]!] });
    outbox.tell(NOTICE, onTold);
    outbox.tell({ ...NOTICE, wanting: 40 }, onTold);
    await outbox[Symbol.asyncDispose]();
    expect(mails.map(({ to }) => to)).toEqual(CONTACTS);
    expect(told).toEqual(CONTACTS.map(recipientMark));
  });

  test('sends none to whoever has it already', async () => {
    const { outbox, mails, onTold } = anOutbox();
    outbox.tell({ ...NOTICE, told: [recipientMark(CONTACTS[0]!)] }, onTold);
    await outbox[Symbol.asyncDispose]();
    expect(mails.map(({ to }) => to)).toEqual([CONTACTS[1]]);
  });

  test('sends another for another failure', async () => {
    const { outbox, mails, onTold } = anOutbox({ contacts: [CONTACTS[0]!] });
    outbox.tell(NOTICE, onTold);
    outbox.tell({ ...NOTICE, since: '2026-11-25T06:00:00Z' }, onTold);
    await outbox[Symbol.asyncDispose]();
    expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(2);
  });

  test('tries again until the server takes it, and pauses for longer each time', async () => {
    const { outbox, mails, pauses, outcomes, onTold } = anOutbox({ contacts: [CONTACTS[0]!], refusals: 11 });
    outbox.tell(NOTICE, onTold);
    await outbox[Symbol.asyncDispose]();
    expect(mails).toHaveLength(1);
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300].map((seconds) => seconds * 1_000));
    expect(outcomes.filter((outcome) => outcome === 'failed')).toHaveLength(11);
  });

  test('ends with its signal', async () => {
    const { outbox, mails, stop, onTold } = anOutbox();
    stop.abort();
    outbox.tell(NOTICE, onTold);
    await outbox[Symbol.asyncDispose]();
    expect(mails).toEqual([]);
  });
});
