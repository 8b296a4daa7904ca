import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parseAllDocuments, stringify } from 'yaml';
import { editEnabled } from '#standalone/directory-cluster/edit-enabled.ts';

const ACME = { namespace: 'team-hr', name: 'acme' };
const HEAD = 'kind: ScimTenant\nmetadata: {name: acme, namespace: team-hr}\n';

describe('editEnabled', () => {
  test.each<[string, string, string]>([
    ['a value on its line', 'spec:\n  enabled: true\n  a: 1\n', 'spec:\n  enabled: false\n  a: 1\n'],
    ['a comment behind it', 'spec:\n  enabled:  true   # since May\n', 'spec:\n  enabled:  false   # since May\n'],
    ['quoted text', 'spec:\n  "enabled": "true" # odd\n', 'spec:\n  "enabled": false # odd\n'],
    ['no value', 'spec:\n  enabled:\n  a: 1\n', 'spec:\n  enabled: false\n  a: 1\n'],
    ['no value, with a comment', 'spec:\n  enabled: # on?\n  a: 1\n', 'spec:\n  enabled: false # on?\n  a: 1\n'],
    ['no field', 'spec:\n    # the name\n    a: 1\n', 'spec:\n    enabled: false\n    # the name\n    a: 1\n'],
    ['no field, comment behind spec', 'spec: # ours\n  a: 1\n', 'spec: # ours\n  enabled: false\n  a: 1\n'],
    ['no field, Windows line ends', 'spec:\r\n  a: 1\r\n', 'spec:\r\n  enabled: false\r\n  a: 1\r\n'],
    ['braces', 'spec: {a: 1,  enabled: true} # x\n', 'spec: {a: 1,  enabled: false} # x\n'],
    ['braces, no field', 'spec: { a: 1 }\n', 'spec: { enabled: false, a: 1 }\n'],
    ['braces over several lines', 'spec: {\n  a: 1\n}\n', 'spec: {\n  enabled: false, a: 1\n}\n'],
    [
      'a field of the same name elsewhere',
      'spec:\n  groups: {enabled: true}\n  enabled: true\n',
      'spec:\n  groups: {enabled: true}\n  enabled: false\n',
    ],
    ['the field inside groups alone', 'spec:\n  groups:\n    enabled: true\n', 'spec:\n  enabled: false\n  groups:\n    enabled: true\n'],
    ['no line end at the end', 'spec:\n  enabled: true', 'spec:\n  enabled: false'],
    [
      'a merged base',
      'x: &base {enabled: true, a: 1}\nspec:\n  <<: *base\n',
      'x: &base {enabled: true, a: 1}\nspec:\n  enabled: false\n  <<: *base\n',
    ],
    ['off already', 'spec:\n  enabled: false # by hand\n', 'spec:\n  enabled: false # by hand\n'],
  ])('changes the value and nothing else: %s', (_name, spec, expected) => {
    expect(editEnabled(HEAD + spec, ACME, false)).toBe(HEAD + expected);
  });

  test('finds the tenant among other documents, and leaves those as they are', () => {
    const other = '# other\nkind: ScimTenant\nmetadata: {name: other, namespace: team-hr}\nspec: {enabled: true,   a: "1"}\n';
    const secret = 'kind: Secret\nmetadata: {name: acme, namespace: team-hr}\nspec: {enabled: true}\n';
    const text = `---\n${other}---\n${secret}...\n---\n${HEAD}spec:\n  enabled: true\n---\n# end\n`;
    expect(editEnabled(text, ACME, false)).toBe(text.replace('  enabled: true\n---', '  enabled: false\n---'));
  });

  test('takes the namespace default for the one that is not written', () => {
    const text = 'kind: ScimTenant\nmetadata: {name: acme}\nspec:\n  enabled: false\n';
    expect(editEnabled(text, { namespace: 'default', name: 'acme' }, true)).toBe(text.replace('false', 'true'));
  });

  test('writes the document anew, comments kept, where the value can not be replaced in place', () => {
    const text = `# head\n${HEAD}switch: &on true\nspec:\n  # the switch\n  enabled: *on\n  a: 1\n---\nkind: Other\n`;
    const edited = editEnabled(text, ACME, false);
    expect(edited).toContain('# head');
    expect(edited).toContain('# the switch\n  enabled: false');
    expect(edited).toContain('switch: &on true');
    expect(parseAllDocuments(edited)).toHaveLength(2);
  });

  test.each<[string, string, RegExp]>([
    ['the tenant is not in it', 'kind: Other\n', /ScimTenant team-hr\/acme is not in the file any more/],
    [
      'another field hangs on the value',
      `${HEAD}spec:\n  enabled: &on true\n  groups: {enabled: *on}\n`,
      /write it as a plain line, enabled: false/,
    ],
    ['the spec is elsewhere', `${HEAD}base: &base {a: 1}\nspec: *base\n`, /can't be edited/],
    ['the spec is a text', `${HEAD}spec: hello\n`, /can't be edited/],
  ])('refuses, in words, when %s', (_name, text, message) => {
    expect(() => editEnabled(text, ACME, false)).toThrow(message);
  });

  test('whatever the rest of the spec, there and back gives the same text', () => {
    const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    const spec = fc.record({ a: scalar, enabled: fc.constant(true), b: fc.array(scalar), c: fc.dictionary(fc.string(), scalar) });
    fc.assert(
      fc.property(spec, fc.integer({ min: 1, max: 6 }), (spec, indent) => {
        const text = `${HEAD}${stringify({ spec }, { indent })}`;
        const off = editEnabled(text, ACME, false);
        expect(off).toBe(text.replace(/^( +)enabled: true$/m, '$1enabled: false'));
        expect(editEnabled(off, ACME, true)).toBe(text);
      }),
      { numRuns: 200 },
    );
  });
});
