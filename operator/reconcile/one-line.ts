/** For conditions and events, which hold one line; cut where a list of problems or a server's answer is long. */
export function oneLine(text: string, limit: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= limit ? line : `${line.slice(0, limit - 1)}…`;
}

const PAGE = /; see \S+$/;

/** A message without the page to see at its end. */
export function withoutPage(text: string): string {
  return text.replace(PAGE, '');
}

/** Like `oneLine`, but a page to see at the end is left whole. */
export function oneLineWithPage(text: string, limit: number): string {
  const page = PAGE.exec(text)?.[0] ?? '';
  return oneLine(text.slice(0, text.length - page.length), Math.max(limit - page.length, 0)) + page;
}
