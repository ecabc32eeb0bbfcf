/** Letting others follow this run: a link that leads to it while this page is open. */

import { element } from "../lib/dom.js";
import { copyButton } from "./copy_button.js";
import { followLink } from "./followed.js";
import * as say from "../words/share.js";

/** @typedef {import("../run/session.js").PageStore} PageStore */
/** @typedef {import("./start.js").Session} Session */

const COUNT_AGAIN = 5_000;

/**
 * @param {PageStore} store
 * @param {Session} session
 * @returns {import("./panel.js").Pane}
 */
export function createLivePane(store, session) {
  let shared = false;
  let timer = 0;
  const link = element("input", {
    class: "share-text",
    id: "follow-address",
    readonly: true,
    "aria-label": say.FOLLOW_LINK,
  });
  const begin = element("button", { class: "outline-button", type: "button" }, say.SHARE_RUN);
  const end = element("button", { class: "text-button", type: "button" }, say.STOP_SHARING);
  const said = element("p", { class: "share-said", role: "status" });
  const line = element(
    "div",
    { class: "share-line" },
    link,
    copyButton(link, say.COPY_LINK, () => {}),
  );

  begin.addEventListener("click", () => void share());
  end.addEventListener("click", async () => {
    shared = false;
    await session.unshare();
    said.textContent = say.LINK_ENDED;
    show();
  });

  async function share() {
    begin.disabled = true;
    const answer = await session.share();
    begin.disabled = false;
    if (answer?.type !== "shared") {
      said.textContent = answer?.type === "error" ? answer.message : say.NO_CONNECTION;
      return;
    }
    shared = true;
    link.value = followLink(answer.run, location);
    said.textContent = say.followersWords(answer.followers);
    show();
  }

  /** While it is seen, the number of those who follow is kept up to date. */
  function show() {
    window.clearTimeout(timer);
    begin.hidden = shared;
    line.hidden = !shared;
    end.hidden = !shared;
    if (shared) timer = window.setTimeout(() => line.checkVisibility() && void share(), COUNT_AGAIN);
  }

  const offer = element("div", {}, element("p", { class: "quiet" }, say.LIVE_EXPLAINS), begin, line, said, end);
  const cannot = element("p", { class: "quiet" }, say.NOT_YOUR_RUN);
  return {
    node: element("div", {}, offer, cannot),
    show() {
      const { can } = store.get();
      offer.hidden = !can.share;
      cannot.hidden = can.share;
      if (!can.share) return;
      show();
      if (shared && store.get().connection.status === "open") void share();
    },
  };
}
