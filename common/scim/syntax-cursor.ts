import { ScimSyntaxError } from './scim-syntax-error.ts';

/** Longest filter or path, in UTF-16 units. */
const MAX_LENGTH = 10_000;
/** Most brackets and parentheses inside one another; keeps recursion over text and tree bounded. */
const MAX_DEPTH = 50;

const WORD_END = /[\s"()[\]]/;
const SPACE_END = /\S/;

/** Reads a filter or path from left to right. Every method that reads moves `position` past what it read. */
export class SyntaxCursor {
  readonly text: string;
  position = 0;
  #depth = 0;

  /** @throws ScimSyntaxError when the text is over MAX_LENGTH */
  constructor(text: string) {
    if (text.length > MAX_LENGTH) {
      throw new ScimSyntaxError(`${text.length} characters are too many; ${MAX_LENGTH} are accepted`, MAX_LENGTH);
    }
    this.text = text;
  }

  /** The next character; empty at the end. */
  peek(): string {
    return this.text.charAt(this.position);
  }

  skipSpaces(): void {
    this.position = this.#indexOf(SPACE_END);
  }

  /** Reads `character` if it is next. */
  take(character: string): boolean {
    if (this.peek() !== character) return false;
    this.position += character.length;
    return true;
  }

  /** What `word` would read. */
  peekWord(): string {
    return this.text.slice(this.position, this.#indexOf(WORD_END));
  }

  /** Reads up to a space, quote, parenthesis or bracket; empty when one of these is next. */
  word(): string {
    const word = this.peekWord();
    this.position += word.length;
    return word;
  }

  /** Reads a JSON string. The next character must be its opening quote. */
  quoted(): string {
    const start = this.position;
    let end = start + 1;
    while (end < this.text.length && this.text.charAt(end) !== '"') end += this.text.charAt(end) === '\\' ? 2 : 1;
    if (end >= this.text.length) this.fail('the string that starts here has no closing quote', start);
    try {
      const value: unknown = JSON.parse(this.text.slice(start, end + 1));
      this.position = end + 1;
      return String(value);
    } catch {
      return this.fail('the string that starts here is not a JSON string; write a quote as \\" and a backslash as \\\\', start);
    }
  }

  /** Runs `read` one level deeper. */
  nested<T>(read: () => T): T {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) this.fail(`brackets are nested too deep; ${MAX_DEPTH} levels are accepted`);
    const result = read();
    this.#depth -= 1;
    return result;
  }

  /** @throws ScimSyntaxError always; `problem` gets the place and the text found there. */
  fail(problem: string, position: number = this.position): never {
    const rest = this.text.slice(position, position + 40);
    const found = rest === '' ? 'at the end' : `at character ${position + 1}, ${JSON.stringify(rest)}`;
    throw new ScimSyntaxError(`${problem} (${found})`, position);
  }

  #indexOf(pattern: RegExp): number {
    const offset = this.text.slice(this.position).search(pattern);
    return offset === -1 ? this.text.length : this.position + offset;
  }
}
