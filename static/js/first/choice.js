/**
 * A script of its own, there before the others: it notes on the first view's card which way on was chosen, and the page
 * goes it as soon as it can.
 */

document.addEventListener("click", ({ target }) => {
  const way = /** @type {Element} */ (target).closest("#first-card button");
  const card = /** @type {HTMLElement | null | undefined} */ (way?.closest("#first-card"));
  if (way && card) card.dataset.chosen = way.id;
});
