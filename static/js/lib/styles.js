/** Styles of what is not there from the beginning. */

import { element } from "./dom.js";
import { Fault } from "./fault.js";
import { fileAddress } from "./files.js";

/** @type {Map<string, Promise<unknown>>} */
const added = new Map();

/** Resolves when the style holds; what is there is not added again, what failed is tried again. @param {string} file below css/ */
export function addStyle(file) {
  const before = added.get(file);
  if (before) return before;
  // In a page that is one file all styles are there, and hold when they are asked for.
  const inside = /** @type {HTMLStyleElement | null} */ (document.querySelector(`style[data-file="${file}"]`));
  if (inside) {
    inside.media = "all";
    return Promise.resolve();
  }
  const holds = new Promise((resolve, reject) => {
    const sheet = element("link", { rel: "stylesheet", href: fileAddress(`css/${file}`) });
    sheet.addEventListener("load", resolve);
    sheet.addEventListener("error", () => {
      added.delete(file);
      sheet.remove();
      reject(new Fault("no_style", { file }));
    });
    document.head.append(sheet);
  });
  added.set(file, holds);
  return holds;
}

/**
 * A style of the document holds everywhere, or again only where its media query says. Resolves when it holds.
 * @param {HTMLLinkElement | HTMLStyleElement} link @param {boolean} everywhere
 */
export async function holdEverywhere(link, everywhere) {
  link.dataset.media ??= link.media;
  link.media = everywhere ? "all" : link.dataset.media;
  if (everywhere && !link.sheet) await new Promise((resolve) => link.addEventListener("load", resolve, { once: true }));
}
