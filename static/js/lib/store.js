/** One state, changed only by dispatching actions through a pure reducer; views watch the parts they depend on. */

/**
 * @template S, A
 * @typedef {object} Store
 * @property {() => S} get
 * @property {(action: A) => void} dispatch
 * @property {<V>(select: (state: S) => V, show: (value: V, previous: V) => void) => () => void} watch
 *   calls `show` after every dispatch that changed the selected value (by Object.is); returns the function that ends it
 */

/**
 * @template S, A
 * @param {S} initial
 * @param {(state: S, action: A) => S} reduce
 * @returns {Store<S, A>}
 */
export function createStore(initial, reduce) {
  let state = initial;
  /** @type {Set<() => void>} */
  const watchers = new Set();

  return {
    get: () => state,

    dispatch(action) {
      const next = reduce(state, action);
      if (Object.is(next, state)) return;
      state = next;
      for (const notice of [...watchers]) notice();
    },

    watch: (select, show) => watchPart(watchers, () => state, select, show),
  };
}

/**
 * A store that stands for one of several: whoever reads or watches it sees the chosen one.
 * @template S, A
 * @param {Store<S, A>} first
 * @returns {Store<S, A> & {chosen: () => Store<S, A>, choose: (store: Store<S, A>) => void}}
 */
export function createSwitch(first) {
  let chosen = first;
  /** @type {Set<() => void>} */
  const watchers = new Set();
  const tell = () => {
    for (const notice of [...watchers]) notice();
  };
  const follow = () => chosen.watch((state) => state, tell);
  let end = follow();

  return {
    get: () => chosen.get(),
    dispatch: (action) => chosen.dispatch(action),
    watch: (select, show) => watchPart(watchers, () => chosen.get(), select, show),
    chosen: () => chosen,
    choose(store) {
      end();
      chosen = store;
      end = follow();
      tell();
    },
  };
}

/**
 * @template S, V
 * @param {Set<() => void>} watchers told after every change
 * @param {() => S} get
 * @param {(state: S) => V} select
 * @param {(value: V, previous: V) => void} show
 */
function watchPart(watchers, get, select, show) {
  let seen = select(get());
  const notice = () => {
    const value = select(get());
    if (Object.is(value, seen)) return;
    const previous = seen;
    seen = value;
    show(value, previous);
  };
  watchers.add(notice);
  return () => {
    watchers.delete(notice);
  };
}
