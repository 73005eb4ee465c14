// The key pairs of this browser, in IndexedDB. Each is found by its public key and by the identity it is of.

import { hex } from "./bytes.js";

const DATABASE = "qflow-keys";
const TABLE = "pairs";

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function open() {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => {
    request.result.createObjectStore(TABLE, { keyPath: "publicHex" }).createIndex("of", "of");
  };
  return settled(request);
}

async function within(mode, act) {
  const database = await open();
  try {
    const transaction = database.transaction(TABLE, mode, { durability: "strict" });
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    const result = await act(transaction.objectStore(TABLE));
    await done;
    return result;
  } finally {
    database.close();
  }
}

// Keep pairs ({pair, publicKey}) of a person; before anybody hears of their public keys.
export function keep(of, made) {
  return within("readwrite", (table) =>
    Promise.all(
      made.map(({ pair, publicKey }) =>
        settled(table.put({ publicHex: hex(publicKey), publicKey, pair, of, since: Date.now() })),
      ),
    ),
  );
}

export const pairsOf = (of) => within("readonly", (table) => settled(table.index("of").getAll(of)));

export function forget(pairs) {
  return within("readwrite", (table) =>
    Promise.all(pairs.map((pair) => settled(table.delete(pair.publicHex)))),
  );
}

// Ask the browser not to throw the keys away when the disk is full.
export const persist = () => navigator.storage?.persist?.() ?? Promise.resolve(false);
