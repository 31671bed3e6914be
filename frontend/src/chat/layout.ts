// How messages stand under each other: which begins a day, which stands close to the one before.

export interface Placed {
  sender: string;
  instant: string;
  day: string;
}

const TOGETHER = 5 * 60 * 1000; // ms

/** Whether the message stands close to the one before it: one sender, one day, within five minutes. */
export function isNext(message: Placed, before: Placed | undefined): boolean {
  return (
    before !== undefined &&
    before.day === message.day &&
    before.sender === message.sender &&
    Date.parse(message.instant) - Date.parse(before.instant) < TOGETHER
  );
}

export interface Piece {
  text: string;
  href?: string;
}

const STOPS = ".,;:!?";
const PAIRS = [
  [")", "("],
  ["]", "["],
  ["}", "{"],
] as const;
const ADDRESS = /https?:\/\/[^\s<>"'，。、；：！？（）「」]+/gi;

/** The address without the stop of its sentence, and without the bracket around it; its own pairs stay. */
function withoutEnd(address: string): string {
  const surplus: Record<string, number> = {};
  for (const [closing, opening] of PAIRS) surplus[closing] = count(address, closing) - count(address, opening);
  let end = address.length;
  for (; end > 0; end -= 1) {
    const last = address.charAt(end - 1);
    const extra = surplus[last];
    if (extra === undefined ? !STOPS.includes(last) : extra <= 0) break;
    if (extra !== undefined) surplus[last] = extra - 1;
  }
  return address.slice(0, end);
}

function count(text: string, mark: string): number {
  return text.split(mark).length - 1;
}

/** A text cut at its web addresses, as the pages cut it (web/prose.py). */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = withoutEnd(match[0]);
    if (match.index > end) found.push({ text: text.slice(end, match.index) });
    found.push({ text: address, href: address });
    end = match.index + address.length;
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}
