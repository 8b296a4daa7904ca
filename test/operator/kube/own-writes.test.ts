import { expect, test } from '@jest/globals';
import { OwnWrites } from '#operator/kube/own-writes.ts';

test('an object as we wrote it last is an echo; any other version, and any other object, is a change', () => {
  const writes = new OwnWrites();
  writes.wrote('team-hr/acme', '7');
  expect(writes.isEcho('team-hr/acme', '7')).toBe(true);
  expect(writes.isEcho('team-hr/acme', '8')).toBe(false);
  expect(writes.isEcho('team-hr/other', '7')).toBe(false);

  writes.wrote('team-hr/acme', '9');
  expect(writes.isEcho('team-hr/acme', '7')).toBe(false);

  writes.forget('team-hr/acme');
  expect(writes.isEcho('team-hr/acme', '9')).toBe(false);
});
