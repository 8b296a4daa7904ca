import { afterEach, describe, expect, test } from '@jest/globals';
import type { Mail, Mailer } from '#operator/controller/ports.ts';

export interface OpenMailer {
  readonly mailer: Mailer;
  /** What has arrived where this mailer delivers, oldest first. */
  taken(): Promise<readonly Mail[]>;
  close(): Promise<void>;
}

export function aMail(overrides: Partial<Mail> = {}): Mail {
  return {
    messageId: '<trip-1.0f5c.0123456789ab@scim.example>',
    to: 'hr-it@acme.example',
    subject: 'The synchronisation of Acme was switched off',
    text: 'It was switched off.\n\nWhat to do: look at the log.\n',
    html: '<p>It was switched off.</p>\n',
    ...overrides,
  };
}

/** What every Mailer promises, whatever it delivers to. */
export function describeMailer(name: string, open: () => Promise<OpenMailer>): void {
  describe(`${name} as a mailer`, () => {
    let opened: OpenMailer | null = null;
    afterEach(async () => {
      await opened?.close();
      opened = null;
    });

    async function deliver(...mails: readonly Mail[]): Promise<readonly Mail[]> {
      opened = await open();
      const { mailer } = opened;
      await Promise.all(mails.map((mail) => mailer.send(mail)));
      return (await opened.taken()).map(normalised);
    }

    test.each<[string, Mail]>([
      ['an ordinary mail', aMail()],
      [
        'letters of every script',
        aMail({ subject: 'Störung bei Ærø 株式会社 🚨', text: 'Zażółć gęślą jaźń\n日本語\n', html: '<p>Grüße ✓</p>\n' }),
      ],
      ['lines that begin with a dot', aMail({ text: '.\n..\n.hidden\n', html: '<p>\n.\n</p>\n' })],
      ['a line longer than SMTP allows', aMail({ text: `${'x'.repeat(5_000)}\n`, html: `<p>${'y'.repeat(5_000)}</p>\n` })],
      ['a long subject', aMail({ subject: `Switched off: ${'Acme '.repeat(60)}end` })],
      [
        'commands to be pasted',
        aMail({ text: `kubectl patch -p '{"spec":{"enabled":true}}'\n  a = b\n`, html: '<pre>a = b &amp; c</pre>\n' }),
      ],
    ])('takes %s whole', async (_name, mail) => {
      expect(await deliver(mail)).toEqual([normalised(mail)]);
    });

    test('takes mails that are sent at once, each to its own recipient', async () => {
      const mails = Array.from({ length: 10 }, (_, index) =>
        aMail({ to: `admin-${index}@acme.example`, messageId: `<${index}@scim.example>` }),
      );
      const taken = await deliver(...mails);
      expect(taken.map(({ to, messageId }) => `${to} ${messageId}`).sort()).toEqual(
        mails.map(({ to, messageId }) => `${to} ${messageId}`).sort(),
      );
    });

    test('keeps the Message-ID of a mail that is sent again', async () => {
      const taken = await deliver(aMail(), aMail());
      expect(taken.map((mail) => mail.messageId)).toEqual([aMail().messageId, aMail().messageId]);
    });
  });
}

/** SMTP ends lines with CRLF and may add one at the end. */
function normalised(mail: Mail): Mail {
  const lines = (text: string): string => text.replaceAll('\r\n', '\n').trimEnd();
  const { messageId, to, subject, text, html } = mail;
  return { messageId, to, subject, text: lines(text), html: lines(html) };
}
