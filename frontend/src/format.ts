// Dates as people write them, the same way as the pages: 10 Jan – 31 Mar, 1月10日 – 3月31日.

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const NEAR = 300; // days: a day within this of today says no year

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

const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const LONG_MONTHS = "January February March April May June July August September October November December".split(" ");

/** The day and the time of an instant where the platform lives: 2026-11-24, 10:42. */
export function local(instant: string | Date, zone: string): { day: string; time: string } {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(new Date(instant));
  const part = (type: string) => parts.find((found) => found.type === type)?.value ?? "";
  return { day: `${part("year")}-${part("month")}-${part("day")}`, time: `${part("hour")}:${part("minute")}` };
}

/** So many whole days from one ISO date to a later one. */
export function daysBetween(first: string, last: string): number {
  return Math.round((Date.parse(last) - Date.parse(first)) / 86_400_000);
}

/** A day within a thread: Saturday, 21 November · 11月21日 星期六; with its year where that is far. */
export function longDay(iso: string, today: string, language: string): string {
  const value = parse(iso);
  if (!value) return "";
  const zh = language.startsWith("zh");
  if (daysBetween(iso, today) > NEAR)
    return zh ? `${value.year}年${one(value, language)}` : `${one(value, language)} ${value.year}`;
  const weekday = new Date(`${iso}T00:00:00Z`).getUTCDay();
  return zh
    ? `${one(value, language)} 星期${"日一二三四五六"[weekday]}`
    : `${DAYS[weekday]}, ${value.day} ${LONG_MONTHS[value.month - 1]}`;
}

/** A day in a list: Sat · 週六 within a week, then 12 Nov · 11月12日. */
export function shortDay(iso: string, today: string, language: string): string {
  const value = parse(iso);
  if (!value) return "";
  const zh = language.startsWith("zh");
  const weekday = new Date(`${iso}T00:00:00Z`).getUTCDay();
  if (daysBetween(iso, today) < 7) return zh ? `週${"日一二三四五六"[weekday]}` : (DAYS[weekday] ?? "").slice(0, 3);
  if (daysBetween(iso, today) <= NEAR) return one(value, language);
  return zh ? `${value.year}年${one(value, language)}` : `${one(value, language)} ${value.year}`;
}

/** A number that stops at 1,000, so that one there means "or more". */
export function counted(total: number): string {
  return total >= 1000 ? "1,000+" : String(total);
}

/** 3, 42, 99+: what fits into a badge. */
export function badge(count: number): string {
  return count > 99 ? "99+" : String(count);
}
