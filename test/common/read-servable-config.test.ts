import { describe, expect, test } from '@jest/globals';
import { readServableConfig, UnservableConfigError } from '#common/read-servable-config.ts';
import { aTenantConfig } from '#test/support/a-tenant-config.ts';

/** A config as an operator renders it that knows more than this version. */
function aText(extension: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ ...aTenantConfig(), ...extension });
}

describe('a config is served', () => {
  test('that a newer operator extended, at every level, as long as it requires nothing of it', () => {
    const { users, mapping } = aTenantConfig();
    const newer = {
      requires: [],
      dreams: { kind: 'Vivid' },
      users: { ...users, purge: true },
      mapping: mapping.map((rule) => ({ ...rule, note: 'x' })),
    };
    expect(readServableConfig(aText(newer))).toEqual(aTenantConfig());
  });

  test('that requires features which are known', () => {
    const text = aText({ requires: ['dreams', 'quota'] });
    expect(readServableConfig(text, { quota: () => true, dreams: () => true })).toEqual(aTenantConfig({ requires: ['dreams', 'quota'] }));
  });
});

describe('a config is refused', () => {
  test.each<[why: string, text: string, reason: string]>([
    ['it requires a feature that is not known', aText({ requires: ['dreams'] }), 'it requires "dreams", which this pod does not know'],
    [
      'it requires many',
      aText({ requires: ['quota', 'a', 'b', 'c', 'd'] }),
      'it requires "a", "b", "c" and 1 more, which this pod does not know',
    ],
    ['it requires what every object has', aText({ requires: ['constructor'] }), 'it requires "constructor", which this pod does not know'],
    [
      'the feature came with a shape that is not known either',
      aText({ requires: ['dreams'], state: { kind: 'Dreaming' } }),
      'it requires "dreams", which this pod does not know',
    ],
    ['it is of a later version', aText({ version: 2, mapping: 'none' }), 'it is of version 2 of the format, and this pod knows version 1'],
    ['it is of no version', aText({ version: '1' }), 'it is of no version of the format, and this pod knows version 1'],
    ['its state is not known', aText({ state: { kind: 'Dreaming' } }), "it can't be read: state.kind: Invalid"],
    [
      'it lacks much',
      aText({ users: null, groups: null, mapping: null, rateLimit: null }),
      "it can't be read: mapping: Invalid input: expected array, received null, users: ",
    ],
    ['what it requires is no list', aText({ requires: 'dreams' }), "it can't be read: requires: Invalid input: expected array"],
    ['it is no object', '[]', "it can't be read: config: Invalid input: expected object"],
    ['it is not JSON', '{"version":1', 'it is not JSON'],
  ])('since %s', (_why, text, reason) => {
    let thrown: unknown;
    try {
      readServableConfig(text, { quota: () => true });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(UnservableConfigError);
    expect((thrown as Error).message.slice(0, reason.length)).toBe(reason);
  });

  test('in words without any value of it', () => {
    const secret = 'a-token-in-the-wrong-place';
    for (const text of [
      aText({ tokenDigests: [{ sha256: secret, validUntil: null }] }),
      `{"sha256":"${secret}"`,
      aText({ version: secret }),
    ]) {
      expect(() => readServableConfig(text)).toThrow(UnservableConfigError);
      expect(() => readServableConfig(text)).not.toThrow(secret);
    }
  });
});
