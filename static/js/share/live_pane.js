/** Letting others follow this run: a link that leads to it while this page is open. */

import { element } from "../lib/dom.js";
import { copyButton } from "./copy_button.js";
import { followLink } from "./followed.js";

/** @typedef {import("../run/session.js").PageStore} PageStore */
/** @typedef {import("./start.js").Session} Session */

const COUNT_AGAIN = 5_000;
const EXPLAINS =
  "Whoever opens the link sees this run on a screen of their own, as it trains: they can point, pin, look back and open other views, and change nothing. It lives as long as this page is open.";
const CANNOT = "What is shown here is not a run of this page: only who trains a run can share it.";
const NOT_NOW = "There is no connection: try again when it is back.";

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
    "aria-label": "Link to follow this run",
  });
  const begin = element("button", { class: "outline-button", type: "button" }, "Share this run");
  const end = element("button", { class: "text-button", type: "button" }, "Stop sharing");
  const said = element("p", { class: "share-said", role: "status" });
  const line = element(
    "div",
    { class: "share-line" },
    link,
    copyButton(link, "Copy link", () => {}),
  );

  begin.addEventListener("click", () => void share());
  end.addEventListener("click", async () => {
    shared = false;
    await session.unshare();
    said.textContent = "The link leads nowhere any more.";
    show();
  });

  async function share() {
    begin.disabled = true;
    const answer = await session.share();
    begin.disabled = false;
    if (answer?.type !== "shared") {
      said.textContent = answer?.type === "error" ? answer.message : NOT_NOW;
      return;
    }
    shared = true;
    link.value = followLink(answer.run, location);
    said.textContent = followersWords(answer.followers);
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

  const offer = element("div", {}, element("p", { class: "quiet" }, EXPLAINS), begin, line, said, end);
  const cannot = element("p", { class: "quiet" }, CANNOT);
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

/** @param {number} followers */
export function followersWords(followers) {
  if (followers === 0) return "Nobody follows yet.";
  return followers === 1 ? "One person follows." : `${followers} people follow.`;
}
