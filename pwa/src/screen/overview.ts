import { defineStore } from "pinia";
import { computed, ref, shallowRef } from "vue";

import { get, Problem } from "@/api/client";
import { readSession } from "@/api/session";
import { now } from "@/console/clock";
import { useSession } from "@/console/session";
import type { Me, Overview } from "@/domain/views";
import type { FeedState } from "@/realtime/feed";
import { feedServer } from "@/realtime/server";
import { FeedSocket } from "@/realtime/socket";

const AT_MOST_EVERY_MS = 1_000;
/** Letters may be lost: the picture is never older than this while the server answers. */
const SAFETY_MS = 60_000;

/**
 * The picture of the town. It holds no rows: the socket is used for its letters only,
 * and each letter means that a newer picture can be fetched.
 */
export const useOverview = defineStore("overview", () => {
  const session = useSession();
  const picture = shallowRef<Overview | null>(null);
  const failure = shallowRef<unknown>(null);
  const state = ref<FeedState>("connecting");
  const lastAnswer = ref<Date | null>(null);
  let epoch: string | null = null;
  let socket: FeedSocket | null = null;
  let safety: ReturnType<typeof setInterval> | null = null;
  let planned: ReturnType<typeof setTimeout> | null = null;
  let asked = 0;
  let lastAsked = 0;

  function start(me: Me): void {
    epoch = me.epoch;
    socket = new FeedSocket({
      ticket: feedServer.ticket,
      mark: () => ({ epoch, cursors: {} }),
      frames: (frames) => frames.forEach((frame) => frame.k === "ok" && frame.epoch !== epoch && void enterEpoch()),
      state: hear,
      letter: (letter) => letter.t === "overview" && refreshSoon(),
      resync: () => void startAgain(),
      health: () => null, // a wall holds nobody's work
      signedOut: () => session.forget(),
    });
    safety = setInterval(() => void refresh(), SAFETY_MS);
    void refresh();
  }

  function hear(next: FeedState): void {
    state.value = next;
    if (next === "live") refreshSoon(); // letters sent meanwhile are lost
  }

  function stop(): void {
    socket?.close();
    if (safety) clearInterval(safety);
    if (planned) clearTimeout(planned);
    socket = safety = planned = null;
  }

  /** Other rights, another picture. */
  async function startAgain(): Promise<void> {
    stop();
    await session.load();
    if (session.me) start(session.me);
  }

  async function enterEpoch(): Promise<void> {
    epoch = (await readSession().catch(() => null))?.epoch ?? epoch;
    await refresh();
  }

  function refreshSoon(): void {
    planned ??= setTimeout(() => {
      planned = null;
      void refresh();
    }, Math.max(0, lastAsked + AT_MOST_EVERY_MS - Date.now()));
  }

  async function refresh(): Promise<void> {
    const turn = ++asked;
    lastAsked = Date.now();
    try {
      const answer = await get<Overview>("/api/overview");
      if (turn < asked) return; // a later question was asked; its answer counts
      picture.value = answer;
      failure.value = null;
      lastAnswer.value = new Date();
    } catch (error) {
      if (error instanceof Problem && error.status === 401) session.forget();
      failure.value = error;
    }
  }

  function wake(): void {
    socket?.wake();
    void refresh();
  }

  /** While the socket lives and nothing failed, silence means that nothing changed. */
  const contact = computed(() => (state.value === "live" && !failure.value ? now.value : lastAnswer.value));
  const stale = computed(() => contact.value !== null && now.value.getTime() - contact.value.getTime() > SAFETY_MS);
  return { picture, failure, state, contact, stale, start, stop, wake };
});
