import { expect, test } from '@jest/globals';
import { IgnoredAttributes } from '#scim-service/scim/ignored-attributes.ts';

test('names each path once, without a value filter, which may hold a person’s data', () => {
  const ignored = new IgnoredAttributes();
  const filtered = ['emails[value eq "ada@example.com"].foo', 'emails[type eq "work"].foo', 'nick[value eq "ada', 'nick[value eq "]"]'];
  for (const path of ['costume', 'costume', 'urn:x:2.0:User:badge', ...filtered]) ignored.add(path);
  expect(ignored.list()).toEqual(['costume', 'urn:x:2.0:User:badge', 'emails.foo', 'nick']);
});
