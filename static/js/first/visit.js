/** Who comes for the first time sees a small network with its parts named; from then on the whole instrument opens. */

import { byId } from "../lib/dom.js";
import { holdEverywhere } from "../lib/styles.js";

/** The server looks for this cookie: it knows neither what stands behind the # nor what a browser keeps. */
const COOKIE = "unroll-view=whole; path=/; max-age=31536000; samesite=lax";

/** From the next visit on the server sends the whole instrument. */
export function rememberVisit() {
  try {
    // biome-ignore lint/suspicious/noDocumentCookie: the other way is not there yet in every browser the page runs in
    document.cookie = COOKIE;
  } catch {
    // A frame without an origin of its own may keep nothing: it gets the first view again.
  }
}

/** The whole instrument takes the place of the first view; the network is the same. */
export function showWhole() {
  document.body.removeAttribute("data-first");
  document.getElementById("first-card")?.remove();
  document.getElementById("first-now")?.remove();
  void holdEverywhere(/** @type {HTMLLinkElement} */ (byId("compact-style")), false);
}
