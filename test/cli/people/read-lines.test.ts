import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { readLines, type InputLine } from '#cli/people/read-lines.ts';

async function read(...chunks: readonly (string | Uint8Array)[]): Promise<readonly InputLine[]> {
  async function* input(): AsyncGenerator<Uint8Array> {
    for (const chunk of chunks) yield Buffer.from(chunk);
  }
  const lines: InputLine[] = [];
  for await (const line of readLines(input())) lines.push(line);
  return lines;
}

describe('readLines', () => {
  test.each<[string, readonly (string | Uint8Array)[], readonly InputLine[]]>([
    ['nothing', [], []],
    [
      'no line end at the end',
      ['a\nb'],
      [
        { number: 1, text: 'a' },
        { number: 2, text: 'b' },
      ],
    ],
    ['blank lines are counted and passed over', ['\n \na\n\n'], [{ number: 3, text: 'a' }]],
    [
      'a line in several chunks',
      ['{"a"', ':1', '}\n2'],
      [
        { number: 1, text: '{"a":1}' },
        { number: 2, text: '2' },
      ],
    ],
    ['a character in two chunks', [Buffer.from([0xc3]), Buffer.from([0xa9, 0x0a])], [{ number: 1, text: 'é' }]],
    ['a byte order mark', ['\ufeff{}\n'], [{ number: 1, text: '{}' }]],
    [
      'no UTF-8',
      [Buffer.from([0xff, 0x0a]), 'a'],
      [
        { number: 1, problem: 'is not UTF-8' },
        { number: 2, text: 'a' },
      ],
    ],
  ])('%s', async (_, chunks, lines) => {
    expect(await read(...chunks)).toEqual(lines);
  });

  test('a line of more than a mebibyte is reported, and the next one read', async () => {
    const piece = 'x'.repeat(300_000);
    expect(await read(piece, piece, piece, piece, 'x\nnext')).toEqual([
      { number: 1, problem: 'is longer than 1048576 bytes' },
      { number: 2, text: 'next' },
    ]);
    expect(await read('x'.repeat(1_048_576))).toEqual([{ number: 1, text: 'x'.repeat(1_048_576) }]);
  });

  test('it does not matter how a file comes in pieces', async () => {
    const text = fc.array(fc.constantFrom('a', 'é', '😀', '\n', '\r\n', ' '), { maxLength: 30 }).map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(60), { maxLength: 6 }), async (whole, cuts) => {
        const bytes = Buffer.from(whole);
        const at = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
        const chunks = at.slice(1).map((end, index) => bytes.subarray(at[index], end));
        expect(await read(...chunks)).toEqual(await read(bytes));
      }),
    );
  });
});
