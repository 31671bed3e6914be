// The filter panel searches as it is changed. The page is the same without script.

import { make, need } from "../dom.ts";
import { pageAt } from "../pages.ts";
import { forgetPages } from "./show-more.ts";

type Connect = (root: ParentNode) => void;

const PAUSE = 200; // ms between the last change and the search

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

export function search(connect: Connect): (element: HTMLElement) => void {
  return (element) => {
    const form = element as HTMLFormElement;
    const status = make("p", { class: "unseen", role: "status" });
    form.append(status);
    leadToFault(form);
    let timer = 0;
    let running: AbortController | undefined;
    let shown = location.pathname + location.search;

    const refresh = async () => {
      clearTimeout(timer);
      running?.abort();
      running = new AbortController();
      const url = searchUrl(new FormData(form));
      const results = need(document, "#results");
      results.setAttribute("aria-busy", "true");
      try {
        const found = await pageAt(url, running.signal);
        show(found, form, status);
        history.pushState(null, "", url);
        forgetPages();
        shown = url;
        connect(need(document, "#results"));
      } catch (error) {
        if (!(error instanceof DOMException && error.name === "AbortError")) location.assign(url);
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
    window.addEventListener("popstate", () => {
      // A jump within the page (the skip link) is none to another search.
      if (location.pathname + location.search !== shown) location.reload();
    });
  };
}

/** A search that needs mending opens at the first field that is wrong. */
function leadToFault(form: HTMLFormElement): void {
  const fault = form.querySelector(".error");
  const wrong = fault && form.querySelector<HTMLElement>(`[aria-describedby~="${CSS.escape(fault.id)}"]`);
  if (!wrong) return;
  const panel = form.closest<HTMLElement>("[popover]");
  if (panel && getComputedStyle(panel).display === "none") panel.showPopover();
  (wrong.matches("fieldset") ? wrong.querySelector<HTMLElement>("input") : wrong)?.focus();
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
