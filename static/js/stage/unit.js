/** The page's unit of length, by which everything on it scales; the style sheet computes the same. */

import { designUnit } from "./layout.js";

/** In presenter mode all is larger, type included. */
const PRESENTED = 1.2;

/** In CSS pixels. */
export function pageUnit() {
  const unit = designUnit(window.innerWidth, window.innerHeight);
  return document.body.hasAttribute("data-presenter") ? unit * PRESENTED : unit;
}
