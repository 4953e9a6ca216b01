// Uploads that a reload must not lose: the browser's own database keeps their files, as far as there is room.
const MOST_BYTES = 512 * 2 ** 20;
const MARK = "cozy.uploads";
const keys = new Set();
let bytes = 0;

const opened = new Promise((done) => {
  const request = indexedDB.open("cozy-uploads", 1);
  request.onupgradeneeded = () => request.result.createObjectStore("uploads", { keyPath: "key" });
  request.onsuccess = () => done(request.result);
  request.onerror = () => done(null);
});

async function inStore(run) {
  const database = await opened;
  if (!database) return null;
  return new Promise((done) => {
    const transaction = database.transaction("uploads", "readwrite");
    const request = run(transaction.objectStore("uploads"));
    transaction.oncomplete = () => done(request?.result ?? null);
    transaction.onabort = transaction.onerror = () => done(null);
  });
}

const plain = ({ key, file, name, size, type, modified, dir, path, conflict, url, sent, code }) => ({ key, file, name, size, type, modified, dir, path, conflict, url, sent, code });

// Too large to keep: its name and address are kept, the person chooses the file again.
export async function put(items) {
  for (const item of items) {
    const fits = bytes + item.size <= MOST_BYTES;
    if (fits) bytes += item.size;
    item.isKept = fits;
  }
  localStorage.setItem(MARK, "1");
  await inStore((store) => { for (const item of items) if (item.status !== "done" && item.status !== "failed") store.put(plain({ ...item, file: item.isKept ? item.file : null })); });
  for (const item of items) if (item.isKept) keys.add(item.key);
}

export const update = (item) => inStore((store) => store.put(plain({ ...item, file: item.isKept ? item.file : null })));

export async function remove(gone) {
  gone.forEach((key) => keys.delete(key));
  await inStore((store) => { gone.forEach((key) => store.delete(key)); });
  if (!(await inStore((store) => store.count()))) { localStorage.removeItem(MARK); bytes = 0; }
}

export const has = (key) => keys.has(key);

export async function all() {
  const records = (await inStore((store) => store.getAll())) ?? [];
  for (const record of records) if (record.file) { keys.add(record.key); bytes += record.size; }
  return records;
}
