import { expect, test, vi } from "vitest";

import { cursorText, judgeGap } from "@/realtime/gap";
import { MINE, sent } from "./builders";
import { joined, OneStream, QuietSocket, withQuietNetwork } from "./live";

withQuietNetwork();

test.each([
  [5, 6, "apply"],
  [5, 5, "drop"],
  [5, 3, "drop"],
  [5, 7, "pull"],
  [undefined, 1, "pull"],
] as const)("at cursor %s event %s is to be judged: %s", (cursor, q, verdict) => {
  expect(judgeGap(cursor, q)).toBe(verdict);
});

test("a stream's own colon survives in the cursor text", () => {
  expect(cursorText({ "p:0193": 41, "g:7": 3 })).toBe("p:0193:41,g:7:3");
});

test("joining pulls page after page until the head is reached, then says hello with the cursors", async () => {
  const server = new OneStream();
  server.write(5);
  const { replica, feed } = await joined(server);
  expect(replica.rows.task.size).toBe(5);
  expect(QuietSocket.last.said[0]).toMatchObject({ k: "hello", ticket: "ticket-1" });
  expect((await replica.mark()).cursors).toEqual({ [MINE]: 5 });
  feed.stop();
});

test("the next event is applied from the socket without asking the server", async () => {
  const server = new OneStream();
  const { replica, feed } = await joined(server);
  const before = server.pulls;
  server.write(1);
  QuietSocket.last.push({ k: "ev", ...server.log[0] });
  await vi.advanceTimersByTimeAsync(3_000);
  expect(replica.rows.task.size).toBe(1);
  expect(server.pulls).toBe(before);
  expect(QuietSocket.last.said).toContainEqual({ k: "ack", cursors: { [MINE]: 1 } });
  feed.stop();
});

test("a gap makes one pull within the jitter, and nothing is missing afterwards", async () => {
  const server = new OneStream();
  const { replica, feed } = await joined(server);
  const before = server.pulls;
  server.write(4);
  QuietSocket.last.push({ k: "ev", ...server.log[2] });
  QuietSocket.last.push({ k: "ev", ...server.log[3] });
  await vi.advanceTimersByTimeAsync(2_100);
  expect([...replica.rows.task.keys()]).toEqual(["task-1", "task-2", "task-3", "task-4"]);
  expect(server.pulls - before).toBe(2); // two pages of one pull
  feed.stop();
});

test("a hint above the cursor pulls, a hint at the cursor does not", async () => {
  const server = new OneStream();
  server.write(1);
  const { replica, feed } = await joined(server);
  const before = server.pulls;
  QuietSocket.last.push({ k: "hint", s: MINE, head: 1 });
  await vi.advanceTimersByTimeAsync(3_000);
  expect(server.pulls).toBe(before);
  server.write(1);
  QuietSocket.last.push({ k: "hint", s: MINE, head: 2 });
  await vi.advanceTimersByTimeAsync(3_000);
  expect(replica.rows.task.size).toBe(2);
  feed.stop();
});

test("a reset takes the snapshot and goes on from there", async () => {
  const server = new OneStream();
  server.write(3);
  server.reset = [MINE];
  const { replica, feed } = await joined(server);
  expect(replica.rows.task.size).toBe(3);
  expect((await replica.mark()).cursors).toEqual({ [MINE]: 3 });
  feed.stop();
});

test("a new epoch starts again from nothing, and even a lower version is then believed", async () => {
  const server = new OneStream();
  server.write(1);
  server.log[0] = sent(1, { id: "task-1", version: 9 });
  const { replica, feed } = await joined(server);
  server.epoch = "epoch-2";
  server.log = [sent(1, { id: "task-1", version: 2 })];
  await feed.pull();
  await vi.advanceTimersByTimeAsync(100);
  expect(await replica.mark()).toEqual({ epoch: "epoch-2", cursors: { [MINE]: 1 } });
  expect(replica.rows.task.get("task-1")?.version).toBe(2);
  feed.stop();
});

test("no pong, no connection: the socket is opened anew", async () => {
  const server = new OneStream();
  const { feed } = await joined(server);
  const first = QuietSocket.last;
  await vi.advanceTimersByTimeAsync(25_000 + 10_000 + 3_000);
  expect(first.said).toContainEqual({ k: "ping" });
  expect(QuietSocket.last).not.toBe(first);
  feed.stop();
});
