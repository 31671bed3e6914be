// The filter panel searches as it is changed. The page is the same without script.

import { notReached, Problem } from "../api.ts";
import { make, need } from "../dom.ts";
import { pageAt } from "../pages.ts";
import { complain, say } from "../said.ts";
import { t } from "../texts.ts";
import { forgetPages } from "./show-more.ts";

type Connect = (root: ParentNode) => void;

const PAUSE = 200; // ms between the last change and the search
const AGAIN = 5000; // ms until a search is sent again that did not arrive

/** The form's search as a URL: empty fields and the usual order are left out. */
export function searchUrl(entries: Iterable<[string, FormDataEntryValue]>): string {
  const query = new URLSearchParams();
  for (const [name, value] of entries) {
    if (typeof value === "string" && value !== "" && !(name === "sort" && value === "newest"))
      query.append(name, value);
  }
  const text = query.toString();
  return text ? `/posts?${text}` : "/posts";
}

/** A link to another search, which is shown in place as a change of the form is. */
const CHIPS = "#results .chips a";
const ANOTHER = `${CHIPS}, #results .empty a, .filters .done a`;

export function search(connect: Connect): (element: HTMLElement) => void {
  return (element) => {
    const form = element as HTMLFormElement;
    const status = make("p", { class: "unseen", role: "status" });
    form.append(status);
    leadToFault(form);
    let timer = 0;
    let running: AbortController | undefined;
    let unreached = ""; // the search that waits for a connection
    let shown = location.pathname + location.search;

    const refresh = async (url = searchUrl(new FormData(form))): Promise<void> => {
      clearTimeout(timer);
      running?.abort();
      running = new AbortController();
      const results = need(document, "#results");
      results.setAttribute("aria-busy", "true");
      try {
        const found = await pageAt(url, running.signal);
        show(found, form, status);
        history.pushState(null, "", url);
        forgetPages();
        shown = url;
        unreached = "";
        connect(need(document, "#results"));
      } catch (error) {
        if (error instanceof DOMException && error.name === "AbortError") return;
        if (!(error instanceof Problem)) return location.assign(url); // another page than expected says what is wrong
        results.removeAttribute("aria-busy");
        if (!unreached) say(t("No connection. The search is tried again by itself."));
        unreached = url;
        timer = window.setTimeout(() => void refresh(url), AGAIN);
      }
    };

    document.addEventListener("change", (event) => {
      const control = event.target as HTMLInputElement;
      if (control.form !== form) return;
      clearTimeout(timer);
      // What is no number reads as an empty field: nothing is searched that nobody asked for.
      if (control.validity.badInput && !control.reportValidity()) return;
      timer = window.setTimeout(() => void refresh(), PAUSE);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const panel = form.closest<HTMLElement>("[popover]");
      if (panel?.matches(":popover-open")) panel.hidePopover();
      void refresh().then(() => window.scrollTo({ top: 0 }));
    });
    document.addEventListener("click", (event) => {
      const link = (event.target as Element).closest<HTMLAnchorElement>(ANOTHER);
      if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      const place = [...document.querySelectorAll(CHIPS)].indexOf(link); // -1 leads to the first of what is there
      fillIn(form, new URL(link.href).searchParams);
      void refresh(link.pathname + link.search).then(() => {
        if (!link.isConnected) focusChip(place);
      });
    });
    window.addEventListener("online", () => {
      if (unreached) void refresh(unreached);
    });
    window.addEventListener("popstate", () => {
      // A jump within the page (the skip link) is none to another search.
      if (location.pathname + location.search === shown) return;
      if (navigator.onLine) return location.reload();
      complain(notReached());
      window.addEventListener("online", () => location.reload(), { once: true });
    });
  };
}

/** Makes the form ask what the query asks. */
function fillIn(form: HTMLFormElement, query: URLSearchParams): void {
  for (const control of form.elements) {
    if (control instanceof HTMLSelectElement) control.value = query.get(control.name) ?? "newest";
    if (!(control instanceof HTMLInputElement) || control.type === "hidden") continue;
    if (control.type === "checkbox") control.checked = query.getAll(control.name).includes(control.value);
    else control.value = query.get(control.name) ?? "";
  }
  // The map hears of it; the event stays there, so that nothing is searched twice.
  form.querySelector('[data-controller="region-picker"]')?.dispatchEvent(new Event("change"));
}

/** Focus goes to the chip that has taken the place of the one that was pressed, or to what is said of the results. */
function focusChip(place: number): void {
  const chips = document.querySelectorAll<HTMLElement>(CHIPS);
  const next = chips[Math.min(Math.max(place, 0), chips.length - 1)] ?? need(document, "#found");
  if (next.id === "found") next.tabIndex = -1;
  next.focus();
}

/** A search that needs mending opens at the first field that is wrong. */
function leadToFault(form: HTMLFormElement): void {
  const fault = form.querySelector(".error");
  const wrong = fault && form.querySelector<HTMLElement>(`[aria-describedby~="${CSS.escape(fault.id)}"]`);
  if (!wrong) return;
  const panel = form.closest<HTMLElement>("[popover]");
  if (panel && getComputedStyle(panel).display === "none") panel.showPopover();
  const control = wrong.matches("fieldset") ? wrong.querySelector<HTMLElement>("input") : wrong;
  control?.focus();
  control?.scrollIntoView({ block: "center" }); // clear of the bar at the bottom
}

/** Takes results, title, number and faults over from the page that was found; the form stays as it is. */
function show(found: Document, form: HTMLFormElement, status: HTMLElement): void {
  const results = need(found, "#results");
  const focused = document.activeElement?.id === "sort";
  need(document, "#results").replaceWith(results);
  if (focused) need(results, "#sort").focus();
  document.title = found.title;
  need(form, "[data-count]").textContent = results.dataset.show ?? "";
  status.textContent = results.dataset.total ?? "";
  const links = found.querySelectorAll<HTMLAnchorElement>('[data-controller="language"]');
  document.querySelectorAll<HTMLAnchorElement>('[data-controller="language"]').forEach((link, index) => {
    link.href = links[index]?.getAttribute("href") ?? link.href;
  });
  for (const fault of form.querySelectorAll(".error")) fault.remove();
  for (const control of form.querySelectorAll("[aria-invalid]")) control.removeAttribute("aria-invalid");
  for (const fault of found.querySelectorAll(".filters .error")) {
    const twin = found.querySelector(`[aria-describedby="${CSS.escape(fault.id)}"]`);
    const control = twin && document.getElementById(twin.id);
    control?.setAttribute("aria-invalid", "true");
    control?.setAttribute("aria-describedby", fault.id);
    (control?.closest(".counter") ?? control)?.after(fault);
  }
}
