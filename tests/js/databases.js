/** A browser's database with one table, that answers as a test wants. */

/** Everything is allowed and answered at once. */
export const answering = { access: () => {}, entry: (answer) => answer(), names: (answer) => answer() };

export function createDatabases() {
  const entries = new Map();
  let open = 0;

  function answered(result, behave = (answer) => answer()) {
    const request = { result };
    setImmediate(() => behave(() => request.onsuccess?.()));
    return request;
  }

  function createDatabase() {
    open += 1;
    const tabs = {
      get: (name) => answered(entries.get(name), databases.behave.entry),
      put: (entry, name) => entries.set(name, structuredClone(entry)),
      delete: (name) => entries.delete(name),
      index: () => ({ getAllKeys: () => answered([...entries.keys()], databases.behave.names) }),
    };
    return {
      transaction: () => ({ objectStore: () => tabs }),
      close() {
        open -= 1;
      },
    };
  }

  const databases = {
    entries,
    behave: answering,
    /** How often the page reached for a database, and how often one was opened. */
    asked: 0,
    opened: 0,
    open: () => open,
    access() {
      databases.asked += 1;
      databases.behave.access();
      return {
        open() {
          databases.opened += 1;
          return answered(createDatabase());
        },
      };
    },
  };
  return databases;
}
