/** The order in which scenes are told: that of the server, or a lecturer's own. Pure. */

/** @typedef {{slug: string, number: number}} Numbered */

/**
 * The scenes of an own order, numbered as they follow; what no scene is called is left out and named. Without an order, or
 * where none of it is known, the whole story.
 * @template {Numbered} Scene
 * @param {Scene[]} story
 * @param {string[] | undefined} order
 * @returns {{told: Scene[], unknown: string[]}}
 */
export function storyOf(story, order) {
  const found = [...new Set(order)].map((slug) => ({ slug, scene: story.find((one) => one.slug === slug) }));
  const unknown = found.filter(({ scene }) => !scene).map(({ slug }) => slug);
  const known = found.flatMap(({ scene }) => (scene ? [scene] : []));
  if (known.length === 0) return { told: story, unknown };
  return { told: known.map((scene, index) => ({ ...scene, number: index + 1 })), unknown };
}
