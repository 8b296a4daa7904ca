import { expect, test } from '@jest/globals';
import { IgnoredNames } from '#scim-service/tenancy/ignored-names.ts';

test('a name is new once', () => {
  const names = new IgnoredNames();

  expect(names.add(['nickName', 'title', 'nickName'])).toEqual(['nickName', 'title']);
  expect(names.add(['title', 'locale'])).toEqual(['locale']);
  expect(names.list()).toEqual(['nickName', 'title', 'locale']);
});

test.each([
  ['a sub-attribute', 'name.middleName'],
  ['a value path', 'emails[type eq "home"].value'],
  ['an extension', 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter'],
  ['a reference', 'manager.$ref'],
  ['200 characters', 'x'.repeat(200)],
])('the name of %s is kept', (_what, name) => {
  const names = new IgnoredNames();

  expect(names.add([name])).toEqual([name]);
});

test.each([
  ['an address', 'ada@acme.example'],
  ['a line break', 'nick\nName'],
  ['a space', 'Ada Lovelace'],
  ['a value in a filter', 'emails[value eq "ada"]'],
  ['other letters', 'größe'],
  ['a digit at its start', '1st'],
  ['nothing', ''],
  ['201 characters', 'x'.repeat(201)],
])('a name that is or has %s is not, for it may be a value', (_what, name) => {
  const names = new IgnoredNames();

  expect(names.add([name, 'title'])).toEqual(['title']);
  expect(names.list()).toEqual(['title']);
});

test('no more than 100 names are kept, whatever a client invents', () => {
  const names = new IgnoredNames();
  const invented = Array.from({ length: 150 }, (_, index) => `name${index}`);

  expect(names.add(invented)).toEqual(invented.slice(0, 100));
  expect(names.add(['another'])).toEqual([]);
  expect(names.list()).toEqual(invented.slice(0, 100));
});
