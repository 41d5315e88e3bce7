/** What runs behind the screens: the feed that brings work, the outbox that takes it away. */
import type { Settlement } from "@/domain/operations";
import { farewell } from "@/domain/tasks";
import type { Me, Task } from "@/domain/views";
import { Outbox } from "@/offline/outbox";
import { PhoneReplica } from "@/offline/replica";
import { tidy } from "@/offline/retention";
import { Feed, type Way } from "@/realtime/feed";
import type { StreamEvent } from "@/realtime/replica";
import { answerTests } from "./communication";
import { useConnection } from "./connection";
import type { Engine, News } from "./engine";
import { health, HealthByRequest } from "./health";
import { useSession } from "./session";
import { storageTrouble } from "./storage";
import { useWork } from "./work";

export function startEngine(me: Me, announce: (news: News) => void): Engine {
  const work = useWork();
  const connection = useConnection();
  const session = useSession();
  const user_id = me.user.id;
  const replica = new PhoneReplica(user_id);
  const report = new HealthByRequest();
  const signedOut = () => {
    session.expired = true;
  };

  const outbox = new Outbox(user_id, replica, {
    changed: () => void work.loadOwn(user_id),
    tried: () => void sweep().then(() => report.tell()),
    epochChanged: () => void session.refresh(),
    signedOut,
  });
  const feed = new Feed(replica, {
    changed: (events, way) => void take(events, way),
    state: (state) => {
      connection.feed = state;
      if (state === "live") void outbox.flush();
      if (state === "connecting") void report.tell();
    },
    epochChanged: () => session.refresh(),
    streamsChanged: () => void session.refresh(),
    notStored: () => (storageTrouble.value = "full"),
    signedOut,
    health,
  });

  async function take(events: StreamEvent[], way: Way): Promise<void> {
    await work.loadRows(user_id);
    if (storageTrouble.value === "full") storageTrouble.value = null; // it could be stored, so there is room again
    const news = newsOf(events, user_id);
    if (events.some(({ t }) => t === "operation.settled")) await work.loadOwn(user_id);
    news.forEach(announce);
    if (await answerTests(user_id, replica, way)) await outbox.flush();
    await sweep();
  }

  /** Say good-bye to what is no longer this person's, now that nothing about it waits here. */
  async function sweep(): Promise<void> {
    const gone = await replica.sweep();
    if (!gone.length) return;
    await work.load(user_id);
    for (const task of gone.filter(({ k }) => k === "task").map(({ v }) => v as Task)) {
      const said = farewell(task, work.operations);
      if (said) announce({ is: "handed_over", task, farewell: said });
    }
  }

  void (async () => {
    const { epoch } = await replica.mark();
    await feed.start(epoch ?? me.epoch);
    await outbox.flush();
    await tidy(user_id);
  })();

  return {
    wake: async () => {
      feed.wake();
      await Promise.all([feed.pull(), outbox.flush()]);
    },
    send: () => void outbox.flush(),
    stop: () => {
      feed.stop();
      outbox.stop();
    },
  };
}

/** One word for all new tasks of a moment, one for each operation that was settled. */
function newsOf(events: StreamEvent[], user_id: string): News[] {
  const said = events.flatMap(({ t, b }) => (b ? [{ t, b }] : []));
  const tasks = said.filter(({ t }) => t === "task.sent").map(({ b }) => b.task as Task);
  const mine = tasks.filter(({ assignee }) => assignee.id === user_id);
  const settled = said.filter(({ t }) => t === "operation.settled").map(({ b }) => b.operation as Settlement);
  const decided = settled.filter(({ status }) => status !== "quarantined"); // tried again in vain: nothing new to a person
  return [
    ...(mine.length ? [{ is: "tasks" as const, tasks: mine }] : []),
    ...decided.map((word) => ({ is: "settled" as const, word })),
  ];
}
