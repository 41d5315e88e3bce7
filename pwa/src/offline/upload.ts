import { Problem, reach, Unreachable } from "@/api/client";
import type { BlobRecord } from "./database";
import { readPiece } from "./blobs";

/** tus 1.0 core, content-addressed: ask how far the server is, go on from there. Resolves when it has every byte. */
export async function uploadBlob(blob: BlobRecord): Promise<void> {
  const url = `/api/blobs/${blob.sha256}`;
  let offset = await standing(url, blob);
  for (let refusals = 0; offset < blob.size; ) {
    const piece = await readPiece(blob.user_id, blob.sha256, offset);
    const response = await tus("PATCH", url, {
      body: piece,
      headers: { "Upload-Offset": String(offset), "Content-Type": "application/offset+octet-stream" },
    });
    if (response.status === 204) offset = offsetOf(response, blob);
    else if ([409, 460].includes(response.status) && ++refusals < 3) offset = await standing(url, blob);
    else throw await refusal(response);
  }
  // the server's own word that it has the whole, not our arithmetic
  if ((await head(url, blob)) !== blob.size) throw new Unreachable("not_our_server");
}

/** Where the server stands; an upload it does not know is begun. */
const standing = async (url: string, blob: BlobRecord) => (await head(url, blob)) ?? (await create(blob));

async function head(url: string, blob: BlobRecord): Promise<number | null> {
  const response = await tus("HEAD", url, {});
  if (response.status === 404) return null;
  if (!response.ok) throw await refusal(response);
  return offsetOf(response, blob);
}

async function create(blob: BlobRecord): Promise<number> {
  const metadata = `sha256 ${btoa(blob.sha256)},filetype ${btoa(blob.type)}`;
  const response = await tus("POST", "/api/blobs", {
    headers: { "Upload-Length": String(blob.size), "Upload-Metadata": metadata },
  });
  if (response.status !== 201) throw await refusal(response);
  return 0;
}

const tus = (method: string, url: string, init: { body?: ArrayBuffer; headers?: Record<string, string> }) =>
  reach(url, { method, body: init.body, headers: { ...init.headers, "Tus-Resumable": "1.0.0" } }, 60_000);

/** A page of some wireless network also answers 200; only a sensible offset is the server's. */
function offsetOf(response: Response, blob: BlobRecord): number {
  const text = response.headers.get("Upload-Offset");
  const offset = Number(text);
  if (text === null || !Number.isInteger(offset) || offset < 0 || offset > blob.size) {
    throw new Unreachable("not_our_server", response.status);
  }
  return offset;
}

async function refusal(response: Response): Promise<Error> {
  const body = (await response.json().catch(() => null)) as { code?: unknown } | null;
  if (typeof body?.code === "string") return new Problem(response.status, body.code, body as Problem["body"]);
  return new Unreachable(response.status >= 500 ? "server_down" : "not_our_server", response.status);
}
