/** In front of a class: larger type, the essential controls only, and a ring around the pointer. The link keeps it. */

import { byId, element } from "../lib/dom.js";
import { addStyle, holdEverywhere } from "../lib/styles.js";

/** @param {import("../run/session.js").PageStore} store */
export function createPresenter(store) {
  const button = byId("presenter");
  const spot = element("div", { class: "spot", hidden: true, "aria-hidden": "true" });
  /** @type {Promise<unknown> | null} */
  let dressed = null;

  /** @param {PointerEvent} event */
  function follow({ clientX, clientY }) {
    spot.hidden = false;
    spot.style.left = `${clientX}px`;
    spot.style.top = `${clientY}px`;
  }

  async function show() {
    dressed ??= addStyle("essential.css");
    await dressed;
    const { presents } = store.get();
    document.body.toggleAttribute("data-presenter", presents);
    const isEmbedded = document.body.hasAttribute("data-embed");
    void holdEverywhere(/** @type {HTMLLinkElement} */ (byId("compact-style")), presents || isEmbedded);
    button.setAttribute("aria-pressed", String(presents));
    if (presents) {
      document.body.append(spot);
      document.addEventListener("pointermove", follow);
    } else {
      spot.remove();
      document.removeEventListener("pointermove", follow);
    }
  }

  button.addEventListener("click", () => store.dispatch({ type: "present", presents: !store.get().presents }));
  store.watch(
    ({ presents }) => presents,
    () => void show(),
  );
  if (store.get().presents) void show();
}

/** A page of a lesson that does not fit is read to its end before the clicker turns it. @param {1 | -1} direction */
export function scrolled(direction) {
  if (!document.body.hasAttribute("data-presenter")) return false;
  const page = [...document.querySelectorAll(".lesson-page")].find((one) => one.getClientRects().length > 0);
  if (!page) return false;
  const { scrollTop, clientHeight, scrollHeight } = page;
  const hasMore = direction > 0 ? scrollTop + clientHeight < scrollHeight - 2 : scrollTop > 2;
  if (hasMore) page.scrollBy({ top: direction * 0.85 * clientHeight });
  return hasMore;
}
