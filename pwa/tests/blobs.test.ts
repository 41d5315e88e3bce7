import { createHash } from "node:crypto";

import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { blobsOf, CHUNK_BYTES, keepBlob, readBlob, readPiece } from "@/offline/blobs";
import { withDatabase } from "@/offline/database";
import { record, operationsOf } from "@/offline/operations";
import { Outbox } from "@/offline/outbox";
import { PhoneReplica } from "@/offline/replica";
import { OTHER, seeded, WORKER } from "./builders";
import { RoadServer } from "./server";

function photo(size: number, seed = 1): ArrayBuffer {
  const random = seeded(seed);
  return Uint8Array.from({ length: size }, () => Math.floor(random() * 256)).buffer;
}
const hex = (bytes: ArrayBuffer) => createHash("sha256").update(new Uint8Array(bytes)).digest("hex");

let server: RoadServer;
let outbox: Outbox;
beforeEach(async () => {
  server = new RoadServer();
  const replica = new PhoneReplica(WORKER);
  await replica.restart("epoch-1");
  outbox = new Outbox(WORKER, replica);
});
afterEach(() => {
  outbox.stop();
  vi.unstubAllGlobals();
});

const named = (blobs: string[]) =>
  record({ op_id: "op-1", user_id: WORKER, type: "task.open", target: "task-1", body: { task_id: "task-1", assignment_no: 1, at: "" }, blobs });

test.each([1, CHUNK_BYTES, CHUNK_BYTES + 1, 600_000])("%i bytes come out of their pieces as they went in", async (size) => {
  const bytes = photo(size);
  const { sha256 } = await keepBlob(WORKER, bytes, "image/jpeg");
  expect(sha256).toBe(hex(bytes));
  const pieces = (await readBlob(WORKER, sha256))!.bytes;
  expect(pieces.length).toBe(Math.ceil(size / CHUNK_BYTES));
  expect(pieces.every((piece) => piece.byteLength <= CHUNK_BYTES)).toBe(true);
  expect(hex(await new Blob(pieces).arrayBuffer())).toBe(sha256);
});

test("a piece can be read from any offset", async () => {
  const bytes = photo(300_000);
  const { sha256 } = await keepBlob(WORKER, bytes, "image/jpeg");
  const piece = new Uint8Array(await readPiece(WORKER, sha256, 262_200));
  expect(piece.length).toBe(300_000 - 262_200);
  expect(piece[0]).toBe(new Uint8Array(bytes)[262_200]);
});

test("the same photo twice is kept once, and apart for each person", async () => {
  await keepBlob(WORKER, photo(10), "image/jpeg");
  await keepBlob(WORKER, photo(10), "image/jpeg");
  await keepBlob(OTHER, photo(10), "image/jpeg");
  expect(await blobsOf(WORKER)).toHaveLength(1);
  expect(await withDatabase((db) => db.count("chunks"))).toBe(2);
});

test("without crypto.subtle (plain http) the hash is the same", async () => {
  vi.stubGlobal("crypto", { getRandomValues: (array: Uint8Array) => array });
  const bytes = photo(1000);
  expect((await keepBlob(WORKER, bytes, "image/jpeg")).sha256).toBe(hex(bytes));
});

test("photos follow the operation that names them, piece by piece", async () => {
  const bytes = photo(600_000);
  const { sha256 } = await keepBlob(WORKER, bytes, "image/jpeg");
  await keepBlob(WORKER, photo(10, 2), "image/jpeg"); // belongs to a form that is still being filled in
  await named([sha256]);
  await outbox.flush();
  expect((await operationsOf(WORKER))[0].result?.status).toBe("awaiting_blob");
  expect([...server.stored.keys()]).toEqual([sha256]);
  expect(server.patches).toEqual([CHUNK_BYTES, CHUNK_BYTES, 600_000 - 2 * CHUNK_BYTES]);
  expect((await blobsOf(WORKER)).map(({ size, state }) => [size, state]).sort()).toEqual([[10, "queued"], [600_000, "acked"]]);
});

test("an upload that broke goes on where the server stands", async () => {
  const { sha256 } = await keepBlob(WORKER, photo(600_000), "image/jpeg");
  await named([sha256]);
  server.breakAfterPatches = 1;
  await outbox.flush();
  expect((await blobsOf(WORKER))[0]).toMatchObject({ state: "queued", trouble: "network" });
  server.breakAfterPatches = Infinity;
  await outbox.flush();
  expect(server.patches).toEqual([CHUNK_BYTES, CHUNK_BYTES, 600_000 - 2 * CHUNK_BYTES]);
  expect((await blobsOf(WORKER))[0].state).toBe("acked");
});

test("a server that holds half a piece gets the other half", async () => {
  const bytes = photo(1000);
  const { sha256 } = await keepBlob(WORKER, bytes, "image/jpeg");
  await named([sha256]);
  server.partial.set(sha256, { length: 1000, bytes: [...new Uint8Array(bytes.slice(0, 400))] });
  await outbox.flush();
  expect(server.patches).toEqual([600]);
  expect(server.stored.has(sha256)).toBe(true);
});

test("bytes that went bad on the way are sent again from the beginning", async () => {
  const bytes = photo(1000);
  const { sha256 } = await keepBlob(WORKER, bytes, "image/jpeg");
  await named([sha256]);
  server.partial.set(sha256, { length: 1000, bytes: new Array<number>(400).fill(7) });
  await outbox.flush();
  expect(server.patches).toEqual([600, 1000]);
  expect(server.stored.has(sha256)).toBe(true);
});
