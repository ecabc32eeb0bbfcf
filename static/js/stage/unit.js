/** The page's unit of length, by which everything on it scales; the style sheet computes the same. */

import { designUnit } from "./layout.js";

/** In presenter mode all is larger, type included, where the window is wide enough for it. */
const PRESENTED = { factor: 1.2, from: 1000 };

/** In CSS pixels. */
export function pageUnit() {
  const unit = designUnit(window.innerWidth, window.innerHeight);
  const isLarger = document.body.hasAttribute("data-presenter") && window.innerWidth >= PRESENTED.from;
  return isLarger ? PRESENTED.factor * unit : unit;
}
