import { blobsOf, readBlob } from "./blobs";
import { withDatabase } from "./database";
import { deviceId } from "./device";
import { draftsOf } from "./drafts";
import { operationsOf } from "./operations";

/** Everything of one person that the server may not have, in one file an administrator can feed to `/api/ops`. */
export async function rescueFile(user_id: string): Promise<Blob> {
  const operations = (await operationsOf(user_id)).filter(({ state }) => state !== "acked");
  const named = new Set(operations.flatMap(({ blobs }) => blobs));
  const blobs = (await blobsOf(user_id)).filter(({ sha256, state }) => state === "queued" || named.has(sha256));
  const mark = await withDatabase((db) => db.get("marks", user_id));
  const head = {
    format: "anwangge-rescue", v: 1, user_id, device_id: await deviceId(), epoch: mark?.epoch ?? null,
    exported_at: new Date().toISOString(), ops: operations, drafts: await draftsOf(user_id),
  };
  const parts: BlobPart[] = [JSON.stringify(head).slice(0, -1), ',"blobs":['];
  for (const [index, { sha256, type }] of blobs.entries()) {
    const bytes = (await readBlob(user_id, sha256))?.bytes ?? [];
    parts.push(index ? "," : "", JSON.stringify({ sha256, type, base64: await base64(new Blob(bytes)) }));
  }
  return new Blob([...parts, "]}"], { type: "application/json" });
}

/** By way of a data URL: no string of a whole photo is built byte by byte on a slow phone. */
function base64(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result).split(",")[1] ?? "");
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
