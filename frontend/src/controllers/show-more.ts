// "Show more" goes on in place; whoever comes back, or loads the page again, finds what was shown, where they were.

import { Problem } from "../api.ts";
import { make, need } from "../dom.ts";
import { pageAt } from "../pages.ts";
import { complain } from "../said.ts";
import { t } from "../texts.ts";

type Connect = (root: ParentNode) => void;

/** What an entry of the history keeps: how many pages were added, and how far they were scrolled (px). */
interface Shown {
  pages: number;
  top: number;
}

const MOST = 50; // pages that are fetched again by themselves: the rest waits behind the link
const PAUSE = 150; // ms after which scrolling counts as ended
const WAITING = 3; // skeletons while a page is on its way

let scrolling = 0;

function shown(): Shown {
  const { pages = 0, top = 0 } = (history.state ?? {}) as Partial<Shown>;
  return { pages, top };
}

function keep(change: Partial<Shown>): void {
  history.replaceState({ ...shown(), ...change }, "");
}

function keepPlace(): void {
  clearTimeout(scrolling);
  scrolling = window.setTimeout(() => keep({ top: Math.round(scrollY) }), PAUSE);
}

/** The browser would scroll back before the pages are there: from the first added page on it is done here. */
function watchPlace(): void {
  history.scrollRestoration = "manual";
  window.addEventListener("scroll", keepPlace, { passive: true });
}

/** Another list stands in this place now, with nothing added to it. */
export function forgetPages(): void {
  clearTimeout(scrolling);
  window.removeEventListener("scroll", keepPlace);
  history.scrollRestoration = "auto";
}

export function showMore(connect: Connect): (element: HTMLElement) => void {
  let restored = false;
  return (element) => {
    const link = element as HTMLAnchorElement;
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      if (link.getAttribute("aria-busy") === "true") return;
      add(link).then(
        (first) => {
          keep({ pages: shown().pages + 1 });
          watchPlace();
          connect(document);
          first?.querySelector<HTMLElement>("a")?.focus();
        },
        (error: unknown) => {
          if (error instanceof Problem) complain(error);
          else location.assign(link.href); // another page than expected says itself what is wrong
        },
      );
    });
    if (restored) return;
    restored = true;
    void restore(link, connect);
  };
}

/** Adds again, one after the other, the pages that this entry of the history showed. */
async function restore(link: HTMLAnchorElement, connect: Connect): Promise<void> {
  const { pages, top } = shown();
  if (pages === 0) return forgetPages();
  history.scrollRestoration = "manual";
  let there = 0;
  let next: HTMLAnchorElement | null = link;
  while (next?.isConnected && there < Math.min(pages, MOST)) {
    try {
      await add(next);
    } catch {
      break; // what is there stays, and the link goes on from it
    }
    there += 1;
    next = document.querySelector<HTMLAnchorElement>(".older [data-list]");
  }
  if (!link.isConnected || there > 0) keep({ pages: there });
  connect(document);
  window.scrollTo({ top, behavior: "instant" });
  watchPlace();
}

/** Fetches the link's page and appends what it lists; answers the first of it. Throws where there is none. */
async function add(link: HTMLAnchorElement): Promise<Element | undefined> {
  const list = need(document, `#${link.dataset.list}`);
  const place = link.closest(".older");
  const status = make("p", { class: "soft small", role: "status" }, t("Loading more …"));
  const waiting = list.classList.contains("cards") ? Array.from({ length: WAITING }, skeleton) : [];
  list.append(...waiting);
  place?.before(status);
  link.setAttribute("aria-busy", "true");
  try {
    const found = await pageAt(link.href);
    const more = [...need(found, `#${link.dataset.list}`).children].filter((element) => !isThere(list, element));
    list.append(...more);
    const next = found.querySelector(".older");
    if (next) place?.replaceWith(next);
    else place?.remove();
    return more[0];
  } finally {
    for (const part of [...waiting, status]) part.remove();
    link.removeAttribute("aria-busy");
  }
}

/** A conversation that came meanwhile, live, stands in its place already. */
function isThere(list: HTMLElement, element: Element): boolean {
  const { conversation } = (element as HTMLElement).dataset;
  return conversation !== undefined && list.querySelector(`[data-conversation="${CSS.escape(conversation)}"]`) !== null;
}

/** The shape of a card that is on its way. */
function skeleton(): HTMLElement {
  const line = (length: string) => make("div", { class: `skeleton line ${length}` });
  return make(
    "div",
    { class: "post-card loading", "aria-hidden": "true" },
    make("div", { class: "print skeleton" }),
    make("div", { class: "body" }, line("third"), line("whole"), line("half")),
  );
}
