// Sends a file with tus-js-client: `endpoint host token file [upload url]`. Prints a JSON line for everything that happens.
import { createReadStream, statSync } from "node:fs";
import { Upload } from "tus-js-client";

const [endpoint, host, token, path, uploadUrl] = process.argv.slice(2);
const say = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);

const upload = new Upload(createReadStream(path), {
  endpoint,
  uploadUrl: uploadUrl || null,
  uploadSize: statSync(path).size,
  chunkSize: 1024 * 1024,
  retryDelays: null,
  headers: { Host: host, Authorization: `Bearer ${token}` },
  metadata: { filename: "film.bin", filetype: "application/octet-stream" },
  onUploadUrlAvailable: () => say({ url: new URL(upload.url).pathname }),
  onChunkComplete: (_, accepted) => say({ accepted }),
  onSuccess: ({ lastResponse }) => say({ done: lastResponse.getHeader("X-Cozy-File-Id") }),
  onError: (error) => { say({ error: String(error) }); process.exitCode = 1; },
});
upload.start();
