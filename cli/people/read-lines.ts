/** A line of a file, or why it can't be one. */
export type InputLine = { readonly number: number; readonly text: string } | { readonly number: number; readonly problem: string };

/** Far more than a person has; a file without line ends must not fill the memory. */
const MAX_LINE_BYTES = 1024 * 1024;

const LINE_END = 0x0a;

/** Lines that are not blank, counted from 1 with the blank ones; CRLF and a byte order mark are tolerated. */
export async function* readLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<InputLine, void, undefined> {
  let number = 0;
  let parts: Uint8Array[] = [];
  let length = 0;
  const take = (): InputLine | null => {
    number += 1;
    const line = lineOf(number, parts, length);
    parts = [];
    length = 0;
    return line;
  };
  const add = (part: Uint8Array): void => {
    length += part.length;
    // Of a line that is too long only the length matters.
    if (length <= MAX_LINE_BYTES) parts.push(part);
    else parts = [];
  };
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(LINE_END); end !== -1; end = chunk.indexOf(LINE_END, from)) {
      add(chunk.subarray(from, end));
      const line = take();
      if (line) yield line;
      from = end + 1;
    }
    if (from < chunk.length) add(chunk.subarray(from));
  }
  const last = length > 0 ? take() : null;
  if (last) yield last;
}

function lineOf(number: number, parts: readonly Uint8Array[], length: number): InputLine | null {
  if (length > MAX_LINE_BYTES) return { number, problem: `is longer than ${MAX_LINE_BYTES} bytes` };
  try {
    // Takes away a byte order mark at the beginning of a line, too.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts, length));
    return text.trim() === '' ? null : { number, text };
  } catch {
    return { number, problem: 'is not UTF-8' };
  }
}
