// Starts what every page needs. Each module has one job and a start().
import * as appearance from "./appearance.js";
import * as autosave from "./autosave.js";
import * as callbar from "./callbar.js";
import * as clock from "./clock.js";
import * as copy from "./copy.js";
import * as dialogs from "./dialogs.js";
import * as feed from "./feed.js";
import * as folds from "./folds.js";
import * as fragments from "./fragments.js";
import * as keys from "./keys.js";
import * as live from "./live.js";
import * as menus from "./menus.js";
import * as requests from "./requests.js";
import * as ring from "./ring.js";
import * as title from "./title.js";
import * as toasts from "./toasts.js";
import * as top from "./top.js";
import * as trouble from "./trouble.js";

const everywhere = [appearance, toasts, requests, menus, dialogs, copy, keys, clock, feed, top, folds];
const signedIn = [autosave, fragments, live, title, ring, callbar, trouble];

for (const part of everywhere) part.start();
if (document.body.dataset.user) {
  for (const part of signedIn) part.start();
}
