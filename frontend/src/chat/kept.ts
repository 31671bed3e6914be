// What this browser keeps of an account's conversations: drafts, and messages that are not sent yet.

/** A shelf of texts by name. */
export interface Shelf {
  get(name: string): string | null;
  set(name: string, text: string): void;
  remove(name: string): void;
  /** The names that begin so, in order. */
  names(prefix: string): string[];
}

const ALL = "haloop:";

/** The browser's own storage; where that is refused or full, the page's memory. */
export function browserShelf(): Shelf {
  const memory = new Map<string, string>();
  const attempt = <Found>(work: () => Found, otherwise: () => Found): Found => {
    try {
      return work();
    } catch {
      return otherwise();
    }
  };
  return {
    get: (name) =>
      attempt(
        () => localStorage.getItem(name),
        () => null,
      ) ??
      memory.get(name) ??
      null,
    set: (name, text) =>
      attempt(
        () => localStorage.setItem(name, text),
        () => void memory.set(name, text),
      ),
    remove: (name) => {
      memory.delete(name);
      attempt(
        () => localStorage.removeItem(name),
        () => undefined,
      );
    },
    names: (prefix) => {
      const stored = attempt(
        () => Object.keys(localStorage),
        () => [],
      );
      return [...new Set([...stored, ...memory.keys()])].filter((name) => name.startsWith(prefix)).sort();
    },
  };
}

export function draftName(account: string, conversation: string): string {
  return `${ALL}${account}:draft:${conversation}`;
}

export function unsentPrefix(account: string, conversation = ""): string {
  return `${ALL}${account}:unsent:${conversation && `${conversation}:`}`;
}

/** Whoever signs out leaves nothing of the conversations in this browser. */
export function forgetAll(shelf: Shelf, account: string): void {
  for (const name of shelf.names(`${ALL}${account}:`)) shelf.remove(name);
}
