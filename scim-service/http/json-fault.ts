/** What may stand at the next place of a JSON text. */
type Expected = 'value' | 'value or ]' | 'name' | 'name or }' | 'colon' | 'comma or end' | 'nothing';

const WHITESPACE = ' \t\n\r';
const LITERALS: Readonly<Record<string, string>> = { t: 'true', f: 'false', n: 'null' };

/**
 * Finds where a text stops being JSON (RFC 8259), which JSON.parse does not always tell. Runs only on a text that
 * JSON.parse refused.
 * @returns index of the first character that doesn't fit, the length when the text is cut short, null when it is JSON
 */
export function findJsonFault(text: string): number | null {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  let at = 0;
  for (;;) {
    while (at < text.length && WHITESPACE.includes(text.charAt(at))) at++;
    if (at >= text.length) return expected === 'nothing' ? null : text.length;
    const character = text.charAt(at);
    const innermost = open.at(-1);
    if (closes(character, expected, innermost)) {
      open.pop();
      expected = open.length > 0 ? 'comma or end' : 'nothing';
      at++;
      continue;
    }
    switch (expected) {
      case 'nothing':
        return at;
      case 'colon':
        if (character !== ':') return at;
        expected = 'value';
        at++;
        break;
      case 'comma or end':
        if (character !== ',') return at;
        expected = innermost === '{' ? 'name' : 'value';
        at++;
        break;
      case 'name':
      case 'name or }': {
        if (character !== '"') return at;
        const name = scanString(text, at);
        if (name.fault !== null) return name.fault;
        expected = 'colon';
        at = name.end;
        break;
      }
      case 'value':
      case 'value or ]': {
        if (character === '{' || character === '[') {
          open.push(character);
          expected = character === '{' ? 'name or }' : 'value or ]';
          at++;
          break;
        }
        const scalar = scanScalar(text, at);
        if (scalar.fault !== null) return scalar.fault;
        expected = open.length > 0 ? 'comma or end' : 'nothing';
        at = scalar.end;
        break;
      }
    }
  }
}

function closes(character: string, expected: Expected, innermost: '{' | '[' | undefined): boolean {
  if (character === '}') return expected === 'name or }' || (expected === 'comma or end' && innermost === '{');
  if (character === ']') return expected === 'value or ]' || (expected === 'comma or end' && innermost === '[');
  return false;
}

type Scan = { readonly end: number; readonly fault: null } | { readonly end: null; readonly fault: number };

function scanScalar(text: string, start: number): Scan {
  const first = text.charAt(start);
  if (first === '"') return scanString(text, start);
  const literal = LITERALS[first];
  if (literal !== undefined) {
    for (let index = 0; index < literal.length; index++) {
      if (text.charAt(start + index) !== literal.charAt(index)) return fault(start + index);
    }
    return { end: start + literal.length, fault: null };
  }
  return scanNumber(text, start);
}

function scanString(text: string, start: number): Scan {
  let at = start + 1;
  while (at < text.length) {
    const character = text.charAt(at);
    if (character === '"') return { end: at + 1, fault: null };
    if (character < ' ') return fault(at);
    if (character === '\\') {
      at++;
      if (at >= text.length) break;
      const escaped = text.charAt(at);
      if (!'"\\/bfnrtu'.includes(escaped)) return fault(at);
      if (escaped === 'u') {
        for (let digit = 1; digit <= 4; digit++) if (!isHexDigit(text.charAt(at + digit))) return fault(at + digit);
        at += 4;
      }
    }
    at++;
  }
  return fault(text.length);
}

function scanNumber(text: string, start: number): Scan {
  let at = start;
  if (text.charAt(at) === '-') at++;
  if (!isDigit(text.charAt(at))) return fault(at);
  // No digit may follow a zero at the start.
  at = text.charAt(at) === '0' ? at + 1 : skipDigits(text, at);
  if (text.charAt(at) === '.') {
    if (!isDigit(text.charAt(at + 1))) return fault(at + 1);
    at = skipDigits(text, at + 1);
  }
  if (text.charAt(at) === 'e' || text.charAt(at) === 'E') {
    at++;
    if (text.charAt(at) === '+' || text.charAt(at) === '-') at++;
    if (!isDigit(text.charAt(at))) return fault(at);
    at = skipDigits(text, at);
  }
  return { end: at, fault: null };
}

function skipDigits(text: string, start: number): number {
  let at = start;
  while (isDigit(text.charAt(at))) at++;
  return at;
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9';
}

function isHexDigit(character: string): boolean {
  return isDigit(character) || (character >= 'a' && character <= 'f') || (character >= 'A' && character <= 'F');
}

function fault(position: number): Scan {
  return { end: null, fault: position };
}
