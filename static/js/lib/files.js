/** Where the files of this page lie: modules that stand in the page have no address to start from. */

/** @param {string} name below static/ */
export function fileAddress(name) {
  return new URL(`${document.body.dataset.files}${name}`, document.baseURI).href;
}
