import { expect, test } from '@jest/globals';
import { MailBook, messageId } from './mail-book.ts';

const names = (owed: ReturnType<MailBook['must']>): readonly string[] => owed.map(({ contact }) => contact);

test('whoever is no contact any more is not owed, and may have been told', () => {
  const book = new MailBook();
  book.owe('uid', 'trip-1', ['ann@x.example', 'bob@x.example']);
  book.contactsChanged('uid', ['bob@x.example', 'eve@x.example']);
  expect(names(book.must())).toEqual(['bob@x.example']);
  expect(names(book.may())).toEqual(['ann@x.example', 'bob@x.example', 'eve@x.example']);
});

test('a tenant that goes is owed what was sent, and no more', () => {
  const book = new MailBook();
  book.owe('uid', 'trip-1', ['ann@x.example']);
  book.owe('uid', 'trip-2', ['ann@x.example']);
  book.forgive('uid', (id) => id === messageId('uid', 'trip-1', 'ann@x.example'));
  expect(book.must().map(({ notice }) => notice)).toEqual(['trip-1']);
  expect(book.may()).toHaveLength(2);
});
