import { expect, test, vi } from "vitest";

import { Problem } from "@/api/client";
import type { Way } from "@/realtime/feed";
import { MINE, sent } from "./builders";
import { joined, OneStream, QuietSocket, withQuietNetwork } from "./live";

withQuietNetwork();

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const welcome = (server: OneStream, over: object = {}) =>
  QuietSocket.last.push({ k: "ok", epoch: server.epoch, heads: { [MINE]: server.log.length }, ping: 25, jitter: 2, ...over });

/** The connection breaks; resolves when the next one has said hello. */
async function comeBack(withinMs = 8_000): Promise<QuietSocket> {
  const before = QuietSocket.last;
  before.drop();
  await pass(withinMs);
  expect(QuietSocket.last).not.toBe(before);
  return QuietSocket.last;
}

test("a phone comes back with the ticket of the last pong, without asking for one", async () => {
  const server = new OneStream();
  const { feed } = await joined(server);
  await pass(25_000);
  QuietSocket.last.push({ k: "pong", ticket: "of-the-pong" });
  const next = await comeBack();
  expect(next.said[0]).toMatchObject({ k: "hello", ticket: "of-the-pong" });
  expect(server.tickets).toBe(1);
  feed.stop();
});

test("a ticket that may have gone stale is not used, whatever the phone's clock says meanwhile", async () => {
  const server = new OneStream();
  const { feed } = await joined(server);
  QuietSocket.last.push({ k: "pong", ticket: "of-the-pong" });
  await pass(24_000);
  for (let i = 0; i < 2; i++) {
    QuietSocket.last.push({ k: "pong" });
    await pass(24_000);
  }
  vi.setSystemTime(Date.now() - 3 * 86_400_000);
  const next = await comeBack();
  expect(next.said[0]).toMatchObject({ k: "hello", ticket: "ticket-2" });
  feed.stop();
});

test.each([4401, 4403])("sent away with %i: the ticket is thrown away and a new one asked for", async (code) => {
  const server = new OneStream();
  const { feed } = await joined(server);
  QuietSocket.last.push({ k: "pong", ticket: "of-the-pong" });
  QuietSocket.last.push({ k: "bye", code, retry_after: 1 });
  const next = await comeBack();
  expect(next.said[0]).toMatchObject({ ticket: "ticket-2" });
  feed.stop();
});

test.each([4400, 4408, 4429, 4503])("sent away with %i: back after the pause that was asked for, and some jitter", async (code) => {
  const server = new OneStream();
  const { feed } = await joined(server);
  const before = QuietSocket.last;
  QuietSocket.last.push({ k: "pong", ticket: "of-the-pong" });
  QuietSocket.last.push({ k: "bye", code, retry_after: 20 });
  before.drop();
  await pass(19_900);
  expect(QuietSocket.last).toBe(before);
  vi.setSystemTime(Date.now() - 3 * 86_400_000); // a clock put back is no reason to stay away for three days
  await pass(25_000);
  expect(QuietSocket.last.said[0]).toMatchObject({ ticket: "of-the-pong" });
  feed.stop();
});

test("signed out: nothing more is tried, and nothing held is thrown away", async () => {
  const server = new OneStream();
  server.write(1);
  const signedOut = vi.fn();
  const { replica, feed } = await joined(server, { signedOut });
  server.ticket = async () => {
    throw new Problem(401, "not_signed_in", { status: 401, code: "not_signed_in" });
  };
  const before = QuietSocket.last;
  before.push({ k: "bye", code: 4403, retry_after: 1 });
  before.drop();
  await pass(60_000);
  expect(signedOut).toHaveBeenCalled();
  expect(QuietSocket.last).toBe(before);
  expect(replica.rows.task.size).toBe(1);
  feed.stop();
});

test("what the server is about to replay is not asked for", async () => {
  const server = new OneStream();
  const ways: Way[] = [];
  const { replica, feed } = await joined(server, { changed: (_events, way) => ways.push(way) });
  server.write(3);
  const pulls = server.pulls;
  welcome(server, { replay: { [MINE]: 3 } });
  server.log.forEach((event) => QuietSocket.last.push({ k: "ev", ...event }));
  await pass(12_000);
  expect(replica.rows.task.size).toBe(3);
  expect(server.pulls).toBe(pulls);
  expect(ways).toEqual(["live"]);
  feed.stop();
});

test("a replay that does not come is asked for after a while", async () => {
  const server = new OneStream();
  const { replica, feed } = await joined(server);
  server.write(2);
  const pulls = server.pulls;
  welcome(server, { replay: { [MINE]: 2 } });
  await pass(6_900);
  expect(server.pulls).toBe(pulls);
  await pass(2_500);
  expect(replica.rows.task.size).toBe(2);
  feed.stop();
});

test("streams that are not replayed are pulled as ever", async () => {
  const server = new OneStream();
  const { replica, feed } = await joined(server);
  server.write(2);
  welcome(server, { replay: { "g:1": 7 } });
  await pass(2_500);
  expect(replica.rows.task.size).toBe(2);
  feed.stop();
});

test("resync: pull first, then come back with a ticket of now, and read the session again when rights changed", async () => {
  const server = new OneStream();
  const streamsChanged = vi.fn();
  const { replica, feed } = await joined(server, { streamsChanged });
  QuietSocket.last.push({ k: "pong", ticket: "of-the-pong" });
  server.write(1);
  const before = QuietSocket.last;
  before.push({ k: "resync", reason: "streams" });
  await pass(6_000);
  expect(replica.rows.task.size).toBe(1);
  expect(streamsChanged).toHaveBeenCalledOnce();
  expect(QuietSocket.last).not.toBe(before);
  expect(QuietSocket.last.said[0]).toMatchObject({ k: "hello", ticket: "ticket-2", cursors: { [MINE]: 1 } });
  feed.stop();
});

test("resync after a restored backup: the new history is entered before the socket says hello again", async () => {
  const server = new OneStream();
  server.write(2);
  const streamsChanged = vi.fn();
  const { replica, feed } = await joined(server, { streamsChanged });
  server.epoch = "epoch-2";
  server.log = [sent(1, { id: "task-1", version: 1 })];
  QuietSocket.last.push({ k: "resync", reason: "epoch" });
  await pass(6_000);
  expect(QuietSocket.last.said[0]).toMatchObject({ k: "hello", epoch: "epoch-2" });
  expect(await replica.mark()).toEqual({ epoch: "epoch-2", cursors: { [MINE]: 1 } });
  expect(streamsChanged).not.toHaveBeenCalled();
  feed.stop();
});

test("numbers of another history are not taken for the next ones of this", async () => {
  const server = new OneStream();
  server.write(1);
  const { replica, feed } = await joined(server);
  server.epoch = "epoch-2";
  server.log = [];
  welcome(server);
  QuietSocket.last.push({ k: "ev", ...sent(2, { id: "task-foreign" }) });
  await pass(50);
  expect(replica.rows.task.has("task-foreign")).toBe(false);
  feed.stop();
});

test("hello and every ping tell the device's health; a surface without work tells none", async () => {
  const server = new OneStream();
  const health = { unsent: 2, oldest: "2026-11-23T01:00:00Z", app: "0.1.0", at: "2026-11-24T01:00:00Z" };
  const { feed } = await joined(server, { health: () => health });
  await pass(25_000);
  expect(QuietSocket.last.said.filter(({ k }) => k !== "ack")).toMatchObject([{ k: "hello", health }, { k: "ping", health }]);
  feed.stop();
  const wall = await joined(new OneStream());
  expect(QuietSocket.last.said[0]).not.toHaveProperty("health");
  wall.feed.stop();
});

test("rows that cannot be stored are said to be that, not a lost network", async () => {
  const server = new OneStream();
  const state = vi.fn();
  const notStored = vi.fn();
  const { replica, feed } = await joined(server, { state, notStored });
  vi.spyOn(replica, "apply").mockRejectedValue(new DOMException("full", "QuotaExceededError"));
  server.write(1);
  QuietSocket.last.push({ k: "ev", ...server.log[0] });
  await pass(50);
  await feed.pull();
  expect(notStored).toHaveBeenCalledTimes(2);
  expect(state).not.toHaveBeenCalledWith("offline");
  feed.stop();
});
