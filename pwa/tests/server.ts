/** The contract of `/api/ops` and `/api/blobs` in memory, with the faults of the road. */
import { createHash } from "node:crypto";

import { vi } from "vitest";

export interface SentOp {
  op_id: string;
  n: number;
  type: string;
  body: unknown;
  blobs: string[];
}

export class RoadServer {
  epoch = "epoch-1";
  ops = new Map<string, SentOp>();
  received: string[][] = [];
  stored = new Map<string, Uint8Array>();
  partial = new Map<string, { length: number; bytes: number[] }>();
  patches: number[] = [];
  verdicts: Record<string, { status: string; code: string }> = {};
  /** What befalls the next requests to /api/ops, one after the other; "ok" for nothing. */
  road: ("ok" | "lost_answer" | "no_network" | "captive_portal" | "disk_full" | "foreign_answer")[] = [];
  breakAfterPatches = Infinity;

  constructor() {
    vi.stubGlobal("fetch", (url: string, init: RequestInit) => this.answer(url, init));
  }

  private async answer(url: string, init: RequestInit): Promise<Response> {
    if (url.startsWith("/api/ops")) return this.takeOps(init);
    if (url.startsWith("/api/blobs")) return this.takeBlob(url, init);
    throw new Error(`no such door: ${url}`);
  }

  private takeOps(init: RequestInit): Response {
    const fault = this.road.shift() ?? "ok";
    if (fault === "no_network") throw new TypeError("Failed to fetch");
    if (fault === "captive_portal") return new Response("<html>登录</html>", { headers: { "Content-Type": "text/html" } });
    if (fault === "disk_full") return problem(507, { code: "disk_full" });
    const { epoch, ops } = JSON.parse(String(init.body)) as { epoch: string; ops: SentOp[] };
    this.received.push(ops.map(({ op_id }) => op_id));
    if (epoch !== this.epoch) return problem(409, { code: "epoch_changed", fields: { epoch: this.epoch } });
    if (ops.some(({ op_id }) => op_id === "unreadable")) return problem(400, { code: "bad_request" });
    const results = ops.map((op) => this.judge(op));
    if (fault === "lost_answer") throw new TypeError("Failed to fetch");
    if (fault === "foreign_answer") return json({ epoch: "of somebody else", results });
    return json({ epoch: this.epoch, server_time: "2026-11-23T00:00:00Z", results });
  }

  private judge(op: SentOp) {
    const known = this.ops.has(op.op_id);
    this.ops.set(op.op_id, op);
    const missing = op.blobs.filter((digest) => !this.stored.has(digest));
    const verdict = this.verdicts[op.op_id] ?? { status: known ? "replay" : missing.length ? "awaiting_blob" : "applied", code: null };
    return { op_id: op.op_id, detail: null, missing_blobs: missing, received_at: new Date().toISOString(), ...verdict };
  }

  private async takeBlob(url: string, init: RequestInit): Promise<Response> {
    const digest = url.split("/")[3];
    const headers = new Headers(init.headers);
    if (init.method === "POST") {
      const name = atob(headers.get("Upload-Metadata")!.split(/[ ,]/)[1]);
      this.partial.set(name, { length: Number(headers.get("Upload-Length")), bytes: [] });
      return new Response(null, { status: 201 });
    }
    const upload = this.partial.get(digest);
    if (!upload) return new Response(null, { status: 404 });
    if (init.method === "PATCH") {
      if (Number(headers.get("Upload-Offset")) !== upload.bytes.length) return problem(409, { code: "wrong_offset" });
      if (this.patches.length >= this.breakAfterPatches) throw new TypeError("Failed to fetch");
      const piece = new Uint8Array(init.body as ArrayBuffer);
      this.patches.push(piece.length);
      for (const byte of piece) upload.bytes.push(byte);
      if (upload.bytes.length === upload.length) {
        const bytes = new Uint8Array(upload.bytes);
        if (createHash("sha256").update(bytes).digest("hex") !== digest) {
          upload.bytes = [];
          return problem(460, { code: "hash_mismatch" });
        }
        this.stored.set(digest, bytes);
      }
    }
    const status = init.method === "PATCH" ? 204 : 200;
    return new Response(null, { status, headers: { "Upload-Offset": String(upload.bytes.length) } });
  }
}

const json = (body: unknown) => new Response(JSON.stringify(body), { headers: { "Content-Type": "application/json" } });
const problem = (status: number, body: object) =>
  new Response(JSON.stringify({ status, ...body }), { status, headers: { "Content-Type": "application/problem+json" } });
