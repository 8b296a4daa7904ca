import type { MailBook } from '../model/mail-book.ts';
import type { Actual } from './actual.ts';

/** Each mail that is owed was sent to its contact, and none that nobody owed. @returns one line for each difference */
export function auditMails(book: MailBook, { mails }: Pick<Actual, 'mails'>): readonly string[] {
  const may = new Map(book.may().map((owed) => [owed.messageId, owed]));
  const sent = new Set(mails.map(({ messageId, to }) => `${messageId} ${to}`));
  const lost = book.must().filter(({ messageId, contact }) => !sent.has(`${messageId} ${contact}`));
  return [
    ...lost.map(({ uid, notice, contact }) => `the mail ${notice} of ${uid} to ${contact} is lost`),
    ...mails
      .filter(({ messageId, to }) => may.get(messageId)?.contact !== to)
      .map(({ messageId, to, subject }) => `a mail to ${to} was owed to nobody: ${messageId} ${JSON.stringify(subject)}`),
  ];
}
