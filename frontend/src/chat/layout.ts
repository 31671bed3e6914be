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

const ADDRESS = /https?:\/\/[^\s<>"'，。、；：！？（）「」]+/gi;

/** A text cut at its web addresses, as the pages cut it (web/prose.py). */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = match[0].replace(/[.,;:!?)\]}]+$/, "");
    if (match.index > end) found.push({ text: text.slice(end, match.index) });
    found.push({ text: address, href: address });
    end = match.index + address.length;
  }
  if (end < text.length) found.push({ text: text.slice(end) });
  return found;
}
