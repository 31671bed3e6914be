// Dates as people write them, the same way as the pages: 10 Jan – 31 Mar, 1月10日 – 3月31日.

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

interface Day {
  year: number;
  month: number;
  day: number;
}

function parse(iso: string): Day | undefined {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(iso);
  return found ? { year: Number(found[1]), month: Number(found[2]), day: Number(found[3]) } : undefined;
}

function one({ month, day }: Day, language: string): string {
  return language.startsWith("zh") ? `${month}月${day}日` : `${day} ${MONTHS[month - 1] ?? ""}`;
}

/** From two ISO dates; empty when one of them is missing. */
export function days(first: string, last: string, language: string): string {
  const [from, until] = [parse(first), parse(last)];
  if (!from || !until) return "";
  const sameMonth = from.year === until.year && from.month === until.month;
  if (sameMonth && from.day === until.day) return one(from, language);
  const start = sameMonth && !language.startsWith("zh") ? String(from.day) : one(from, language);
  return `${start} – ${one(until, language)}`;
}

/** A number that stops at 1,000, so that one there means "or more". */
export function counted(total: number): string {
  return total >= 1000 ? "1,000+" : String(total);
}

/** 3, 42, 99+: what fits into a badge. */
export function badge(count: number): string {
  return count > 99 ? "99+" : String(count);
}
