/** Starts and stops what runs behind the screens: the feed that brings work, the outbox that takes it away. */
import { shallowRef, watch } from "vue";

import type { Me, Task } from "@/domain/views";
import { Outbox } from "@/offline/outbox";
import { PhoneReplica } from "@/offline/replica";
import { tidy } from "@/offline/retention";
import { Feed } from "@/realtime/feed";
import type { StreamEvent } from "@/realtime/replica";
import { useConnection } from "./connection";
import { useSession } from "./session";
import { useWork } from "./work";

interface Engine {
  user_id: string;
  feed: Feed;
  outbox: Outbox;
}

const engine = shallowRef<Engine | null>(null);
let announce: (tasks: Task[]) => void = () => undefined;

/** Called with tasks that have just come in. */
export function onNewTasks(listener: (tasks: Task[]) => void): void {
  announce = listener;
}

/** Follow the session: one engine for the person who is signed in, none otherwise. */
export function runEngine(): void {
  const session = useSession();
  watch(() => [session.me?.user.id, session.expired] as const, () => void restart(), { immediate: true });
  const wake = () => document.visibilityState === "visible" && void wakeEngine();
  window.addEventListener("online", wake);
  document.addEventListener("visibilitychange", wake);
}

/** Try everything at once: the page came back, the network returned, somebody pulled the list. */
export async function wakeEngine(): Promise<void> {
  const running = engine.value;
  if (!running) return;
  running.feed.wake();
  await Promise.all([running.feed.pull(), running.outbox.flush()]);
}

/** Something new waits to be sent. */
export function sendSoon(): void {
  void engine.value?.outbox.flush();
}

async function restart(): Promise<void> {
  const { me, expired } = useSession();
  engine.value?.feed.stop();
  engine.value?.outbox.stop();
  engine.value = null;
  if (!me) return useWork().clear();
  await useWork().load(me.user.id);
  if (!expired) await start(me);
}

async function start(me: Me): Promise<void> {
  const work = useWork();
  const connection = useConnection();
  const session = useSession();
  const user_id = me.user.id;
  const replica = new PhoneReplica(user_id);
  const signedOut = () => (session.expired = true);
  const outbox = new Outbox(user_id, replica, {
    changed: () => void work.loadOwn(user_id),
    epochChanged: () => void session.refresh(),
    signedOut,
  });
  const feed = new Feed(replica, {
    changed: (events) => void work.loadRows(user_id).then(() => tellNew(events, user_id)),
    state: (state) => {
      connection.state = state;
      if (state === "live") void outbox.flush();
    },
    epochChanged: async () => session.refresh(),
    streamsChanged: () => void session.refresh().then(() => feed.wake()),
    signedOut,
  });
  engine.value = { user_id, feed, outbox };
  const { epoch } = await replica.mark();
  await feed.start(epoch ?? me.epoch);
  await outbox.flush();
  await tidy(user_id);
}

function tellNew(events: StreamEvent[], user_id: string): void {
  const fresh = events.filter(({ t }) => t === "task.sent").map(({ b }) => b.task as Task);
  const mine = fresh.filter(({ assignee }) => assignee.id === user_id);
  if (mine.length) announce(mine);
}
