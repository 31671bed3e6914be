// Texts of the scripts in the page's language; the page hands over those that differ from English.

export type Values = Record<string, string | number>;

let texts: Record<string, string> | undefined;

function table(): Record<string, string> {
  texts ??= JSON.parse(document.getElementById("texts")?.textContent || "{}") as Record<string, string>;
  return texts;
}

/** Puts values into the `{named}` places of a text. */
export function fill(text: string, values: Values): string {
  return text.replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

/** The text in the page's language: `t("Fits {names}", { names })`. */
export function t(text: string, values: Values = {}): string {
  return fill(table()[text] ?? text, values);
}

/** Marks a text that is translated later: `t(msg("Saved."))` on another page, perhaps in another language. */
export function msg(text: string): string {
  return text;
}

/** The text for `n` things; `{count}` stands for n. */
export function tn(singular: string, plural: string, n: number, values: Values = {}): string {
  const english = n === 1 ? singular : plural;
  return fill(table()[singular] ?? english, { count: n.toLocaleString("en"), ...values });
}
