// Signing in, joining, signing out, switching the language.

import { call } from "../api.ts";
import { ask } from "../ask.ts";
import { browserShelf, forgetAll, unsentPrefix } from "../chat/kept.ts";
import { need } from "../dom.ts";
import { busy, onSubmit, read, showProblem } from "../forms.ts";
import { t } from "../texts.ts";

/** Without script the form could only be sent where nothing takes it: until here it is disabled. */
function awaken(form: HTMLFormElement): void {
  need<HTMLButtonElement>(form, "[type=submit]").disabled = false;
}

export function signIn(element: HTMLElement): void {
  const form = element as HTMLFormElement;
  awaken(form);
  onSubmit(form, "", async () => {
    await call("POST", "/api/auth/login", read(form));
    location.assign(form.dataset.next || "/");
  });
}

/** The two pills unfold what each side asks for. */
export function register(element: HTMLElement): void {
  const form = element as HTMLFormElement;
  awaken(form);
  const sides = form.querySelectorAll<HTMLInputElement>("[data-shows]");
  const unfold = () => {
    for (const side of sides) need(form, `#${side.dataset.shows}`).hidden = !side.checked;
  };
  for (const side of sides) side.addEventListener("change", unfold);
  unfold();
  onSubmit(form, "", async () => {
    const body = read(form);
    try {
      await call("POST", "/api/auth/register", body);
    } catch (error) {
      showProblem(form, error);
      const nobody = !body.helper && !body.host;
      if (nobody) need(form, "[data-shows]").focus();
      return;
    }
    location.assign(form.dataset.next || "/");
  });
}

export function signOut(button: HTMLElement): void {
  button.addEventListener("click", () => {
    void busy(button, async () => {
      const account = document.body.dataset.signedIn ?? "";
      const shelf = browserShelf();
      const unsent = shelf.names(unsentPrefix(account)).length > 0;
      if (unsent && !(await ask(t("Some messages are not sent yet. Sign out without sending them?"), t("Sign out"))))
        return;
      await call("POST", "/api/auth/logout").catch(() => undefined);
      forgetAll(shelf, account);
      location.assign("/");
    });
  });
}

/** A signed-in reader keeps the language in the account; for everyone else the link is enough. */
export function language(link: HTMLElement): void {
  link.addEventListener("click", (event) => {
    if (!("signedIn" in document.body.dataset)) return;
    event.preventDefault();
    const follow = () => location.assign((link as HTMLAnchorElement).href);
    call("PATCH", "/api/account", { locale: link.lang }).then(follow, follow);
  });
}
