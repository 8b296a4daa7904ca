import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { MailBook, pendingBy } from './mail-book.ts';

const names = (owed: ReturnType<MailBook['must']>): readonly string[] => owed.map(({ contact }) => contact);

const statusWith = (pending: readonly string[]) => ({ notifications: { notices: [{ id: 'trip-1', pending }] } });

test('whoever is no contact any more while a mail waits is not owed, and may have been told', () => {
  const book = new MailBook();
  book.owe('uid', 'trip-1', ['ann@x.example', 'bob@x.example']);
  book.contactsChanged('uid', ['bob@x.example', 'eve@x.example'], () => true);
  expect(names(book.must())).toEqual(['bob@x.example']);
  expect(names(book.may())).toEqual(['ann@x.example', 'bob@x.example', 'eve@x.example']);
});

test('a mail that the status does not name as pending has to be there, also when its contact or tenant goes', () => {
  const book = new MailBook();
  book.owe('uid', 'trip-1', ['ann@x.example']);
  book.contactsChanged('uid', [], pendingBy(statusWith([])));
  book.forgive('uid', pendingBy(statusWith(['0123456789ab'])));
  expect(names(book.must())).toEqual(['ann@x.example']);
  const mark = createHash('sha256').update('ann@x.example').digest('hex').slice(0, 12);
  book.forgive('uid', pendingBy(statusWith([mark])));
  expect(names(book.must())).toEqual([]);
});

test('a tenant of which no status is known owes nothing when it goes', () => {
  const book = new MailBook();
  book.owe('uid', 'trip-1', ['ann@x.example']);
  book.forgive('uid', pendingBy(undefined));
  expect(book.must()).toEqual([]);
  expect(book.may()).toHaveLength(1);
});
