import { defineStore } from "pinia";
import { v7 as uuidv7 } from "uuid";
import { reactive, ref, shallowRef, watch } from "vue";

import { get, post, Problem } from "@/api/client";
import type { Checklist, DispatchPreview, DispatchSent } from "@/domain/views";
import { now } from "../clock";
import { useSelection } from "../selection";
import { choicesAt, deadlineOf, type Order } from "./order";

export type Step = "order" | "preview" | "sent";

/** The order in hand; it outlives a change of tab. */
export const useOrdering = defineStore("ordering", () => {
  const selection = useSelection();
  const order = reactive<Order>(blank());
  const step = ref<Step>("order");
  const checklists = shallowRef<Checklist[] | null>(null);
  const preview = shallowRef<DispatchPreview | null>(null);
  const sent = shallowRef<DispatchSent | null>(null);
  const busy = ref(false);
  const failure = shallowRef<unknown>(null);

  /** A preview is of these grids only; grids chosen after sending begin the next order. */
  watch(() => selection.uids, (uids) => {
    if (step.value === "preview") step.value = "order";
    if (step.value === "sent" && uids.size) startAnew();
  });

  const loadChecklists = () => attempt(async () => (checklists.value = await get<Checklist[]>("/api/checklists")));

  const showPreview = () => attempt(async () => {
    const { checklist_id, per_grid } = order;
    preview.value = await post<DispatchPreview>("/api/dispatches/preview", { grid_uids: [...selection.uids], checklist_id, per_grid });
    step.value = "preview";
  });

  const send = () => attempt(async () => {
    const body = { ...order, title: order.title.trim(), note: order.note.trim(), grid_uids: [...selection.uids] };
    sent.value = await post<DispatchSent>("/api/dispatches", body, { timeoutMs: 60_000 });
    order.id = uuidv7();
    selection.clear();
    step.value = "sent";
  });

  async function attempt(work: () => Promise<unknown>): Promise<void> {
    busy.value = true;
    failure.value = null;
    try {
      await work();
    } catch (error) {
      failure.value = error;
      // the first attempt had arrived; what is changed since then is another order
      if (error instanceof Problem && error.code === "dispatch_id_reused") order.id = uuidv7();
    } finally {
      busy.value = false;
    }
  }

  function startAnew(): void {
    Object.assign(order, blank(), { checklist_id: order.checklist_id, title: order.title });
    step.value = "order";
  }

  return { order, step, checklists, preview, sent, busy, failure, loadChecklists, showPreview, send, startAnew };
});

function blank(): Order {
  const [soonest] = choicesAt(now.value).filter((choice) => choice !== "today");
  return {
    id: uuidv7(), title: "", checklist_id: "", deadline: deadlineOf(soonest, now.value), per_grid: 3, priority: "normal", note: "",
  };
}
