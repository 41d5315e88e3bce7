import { defineStore } from "pinia";
import { computed, ref } from "vue";

import { onContact } from "@/api/client";
import type { Hazard, Inspection, Me, Task } from "@/domain/views";
import { Feed, type FeedState } from "@/realtime/feed";
import { MemoryReplica } from "@/realtime/memory";
import type { Row } from "@/realtime/replica";
import { now } from "./clock";
import { useSession } from "./session";

/** The live copy of what this person sees, and how fresh it is. */
export const useLive = defineStore("live", () => {
  const session = useSession();
  let replica = new MemoryReplica();
  let feed: Feed | null = null;
  let hearContact: (() => void) | null = null;
  const rows = ref(replica.rows);
  const state = ref<FeedState>("connecting");
  const filled = ref(false);
  const lastContact = ref<Date | null>(null);

  async function start(me: Me): Promise<void> {
    stop();
    let asked = false; // the first answer comes in several streams: whole or not at all
    replica = new MemoryReplica();
    rows.value = replica.rows;
    hearContact = onContact((reached) => reached && (lastContact.value = new Date()));
    feed = new Feed(replica, {
      state: heard,
      changed: () => (filled.value ||= asked),
      signedOut: () => session.forget(),
      streamsChanged: () => void startAgain(),
    });
    await feed.start(me.epoch);
    asked = true;
    filled.value = state.value !== "offline"; // nothing to show is an answer too
  }

  /** Other rights, other streams: everything is taken anew. */
  async function startAgain(): Promise<void> {
    await session.load();
    if (session.me) await start(session.me);
  }

  function heard(next: FeedState): void {
    if (state.value === "live" || next === "live") lastContact.value = new Date();
    state.value = next;
  }

  function stop(): void {
    feed?.stop();
    hearContact?.();
    feed = null;
    filled.value = false;
    lastContact.value = null;
  }

  const wake = () => feed?.wake();
  const views = <T>(held: Map<string, Row>): T[] => [...held.values()].map((row) => row.v as T);
  const tasks = computed(() => views<Task>(rows.value.task));
  const hazards = computed(() => views<Hazard>(rows.value.hazard));
  const inspections = computed(() => views<Inspection>(rows.value.inspection));
  /** While the socket lives its heartbeat is the contact. */
  const contact = computed(() => (state.value === "live" ? now.value : lastContact.value));

  return { state, filled, contact, tasks, hazards, inspections, start, stop, wake };
});
