/** What the header says of records that are not those of a run of one's own, and the one thing to do about it. */

import { byId, element } from "../lib/dom.js";

/** Where the source plays, the bar stands behind the buttons that play it; else in their place. @param {boolean} plays @param {...Node} parts */
export function createSourceBar(plays, ...parts) {
  const bar = element("div", { class: "source-bar" }, ...parts);
  if (plays) document.querySelector(".live")?.prepend(bar);
  else byId("reset").closest(".transport")?.after(bar);
  return bar;
}
