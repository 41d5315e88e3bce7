/** What runs behind the screens: the feed that brings work, the outbox that takes it away. */
import type { Me, Task } from "@/domain/views";
import { Outbox } from "@/offline/outbox";
import { PhoneReplica } from "@/offline/replica";
import { tidy } from "@/offline/retention";
import { Feed } from "@/realtime/feed";
import type { StreamEvent } from "@/realtime/replica";
import { useConnection } from "./connection";
import type { Engine } from "./engine";
import { useSession } from "./session";
import { useWork } from "./work";

export function startEngine(me: Me, announce: (tasks: Task[]) => void): Engine {
  const work = useWork();
  const connection = useConnection();
  const session = useSession();
  const user_id = me.user.id;
  const replica = new PhoneReplica(user_id);
  const signedOut = () => {
    session.expired = true;
  };

  const outbox = new Outbox(user_id, replica, {
    changed: () => void work.loadOwn(user_id),
    epochChanged: () => void session.refresh(),
    signedOut,
  });
  const feed = new Feed(replica, {
    changed: (events) => {
      void work.loadRows(user_id);
      const mine = newTasks(events, user_id);
      if (mine.length) announce(mine);
    },
    state: (state) => {
      connection.feed = state;
      if (state === "live") void outbox.flush();
    },
    epochChanged: () => session.refresh(),
    streamsChanged: () => void session.refresh().then(() => feed.wake()),
    signedOut,
  });

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

function newTasks(events: StreamEvent[], user_id: string): Task[] {
  const sent = events.filter(({ t }) => t === "task.sent").flatMap(({ b }) => (b ? [b.task as Task] : []));
  return sent.filter(({ assignee }) => assignee.id === user_id);
}
