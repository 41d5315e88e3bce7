import { withDatabase, write, type BlobRecord } from "./database";
import { sha256 } from "./digest";

/** Photos lie in pieces of this size, as ArrayBuffer: Safari loses Blobs, and large values fail to be written. */
export const CHUNK_BYTES = 256 * 1024;

/** Store bytes under their hash; the same photo twice is stored once. Resolves when the disk has it. */
export async function keepBlob(user_id: string, bytes: ArrayBuffer, type: string): Promise<BlobRecord> {
  const digest = await sha256(bytes);
  return write(["blobs", "chunks"], "strict", async (transaction) => {
    const blobs = transaction.objectStore("blobs");
    const held = await blobs.get([user_id, digest]);
    if (held) return held;
    const chunks = transaction.objectStore("chunks");
    for (let index = 0; index * CHUNK_BYTES < bytes.byteLength; index++) {
      const piece = bytes.slice(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES);
      await chunks.put(piece, [user_id, digest, index]);
    }
    const entry: BlobRecord = {
      user_id, sha256: digest, type, size: bytes.byteLength, created_at: new Date().toISOString(), state: "queued", trouble: null,
    };
    await blobs.add(entry);
    return entry;
  });
}

/** Bytes from `offset`, at most to the end of the chunk it lies in. */
export async function readPiece(user_id: string, digest: string, offset: number): Promise<ArrayBuffer> {
  const index = Math.floor(offset / CHUNK_BYTES);
  const chunk = await withDatabase((db) => db.get("chunks", [user_id, digest, index]));
  if (!chunk) throw new Error(`photo ${digest.slice(0, 12)}: piece ${index} is missing on this phone`);
  return chunk.slice(offset - index * CHUNK_BYTES);
}

export interface KeptBytes { type: string; bytes: ArrayBuffer[] }

export async function readBlob(user_id: string, digest: string): Promise<KeptBytes | null> {
  return withDatabase(async (db) => {
    const entry = await db.get("blobs", [user_id, digest]);
    if (!entry) return null;
    const all = IDBKeyRange.bound([user_id, digest, 0], [user_id, digest, Infinity]);
    return { type: entry.type, bytes: await db.getAll("chunks", all) };
  });
}

export const blobsOf = (user_id: string): Promise<BlobRecord[]> =>
  withDatabase((db) => db.getAllFromIndex("blobs", "of_user", user_id));

export function enterBlob(user_id: string, digest: string, change: Partial<Pick<BlobRecord, "state" | "trouble">>): Promise<void> {
  return write(["blobs"], "strict", async ({ store }) => {
    const held = await store.get([user_id, digest]);
    if (held) await store.put({ ...held, ...change });
  });
}
