// The one script of every page: connects controllers to what the page has.

import { accountForm, parts, portrait, removeProfile } from "./controllers/account.ts";
import { bell } from "./controllers/bell.ts";
import { conversations, messages, thread } from "./controllers/chat.ts";
import { counter } from "./controllers/counter.ts";
import { language, register, signIn, signOut } from "./controllers/entry.ts";
import { back, gallery } from "./controllers/gallery.ts";
import { postAction } from "./controllers/hosting.ts";
import { notifications } from "./controllers/notifications.ts";
import { offline } from "./controllers/offline.ts";
import { placePicker } from "./controllers/place.ts";
import { postForm } from "./controllers/post-form.ts";
import { postPreview } from "./controllers/post-preview.ts";
import { forget, recommendations } from "./controllers/recommendations.ts";
import { regionPicker, worldMap } from "./controllers/regions.ts";
import { search } from "./controllers/search.ts";
import { showMore } from "./controllers/show-more.ts";
import { editFilter, subscribe } from "./controllers/subscribe.ts";
import { subscription } from "./controllers/subscription.ts";
import { uploads } from "./controllers/uploads.ts";
import { write } from "./controllers/write.ts";
import { type Controller, connect } from "./controllers.ts";
import { sayWhatWaited } from "./said.ts";

const again = (root: ParentNode) => connect(root, controllers);

const controllers: Record<string, Controller> = {
  "account-form": accountForm,
  back,
  bell,
  conversations,
  counter,
  "edit-filter": editFilter,
  forget,
  gallery,
  language,
  messages,
  notifications,
  offline,
  parts,
  "place-picker": placePicker,
  portrait,
  "post-action": postAction,
  recommendations,
  register,
  "region-picker": regionPicker,
  "remove-profile": removeProfile,
  search: search(again),
  "show-more": showMore(again),
  "sign-in": signIn,
  "sign-out": signOut,
  subscribe,
  subscription,
  thread,
  uploads,
  // The form reads the uploader, and the preview reads the form.
  "post-form": postForm,
  "post-preview": postPreview,
  "world-map": worldMap,
  write,
};

connect(document, controllers);
sayWhatWaited();
