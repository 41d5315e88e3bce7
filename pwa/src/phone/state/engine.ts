/** Follows the session: an engine for the person who is signed in, none otherwise. */
import { watch } from "vue";

import type { Task } from "@/domain/views";
import { useSession } from "./session";
import { useWork } from "./work";

export interface Engine {
  /** Pull and send now; resolves when both were tried. */
  wake(): Promise<void>;
  send(): void;
  stop(): void;
}

let engine: Engine | null = null;
let turn = 0;
let announce: (tasks: Task[]) => void = () => undefined;

/** Called with tasks that have just come in. */
export function onNewTasks(listener: (tasks: Task[]) => void): void {
  announce = listener;
}

export function runEngine(): void {
  const session = useSession();
  watch(() => [session.me?.user.id, session.expired] as const, () => void restart(), { immediate: true });
  const wake = () => document.visibilityState === "visible" && void wakeEngine();
  window.addEventListener("online", wake);
  document.addEventListener("visibilitychange", wake);
}

/** Try everything at once: the page came back, the network returned, somebody pulled the list. */
export const wakeEngine = async (): Promise<void> => engine?.wake();

/** Something new waits to be sent. */
export const sendSoon = (): void => engine?.send();

async function restart(): Promise<void> {
  const mine = ++turn;
  engine?.stop();
  engine = null;
  const { me, expired } = useSession();
  const work = useWork();
  work.clear();
  if (!me) return;
  await work.load(me.user.id);
  if (expired) return;
  // what runs behind the screens is fetched after the first of them stands
  const { startEngine } = await import("./running");
  if (mine === turn) engine = startEngine(me, (tasks) => announce(tasks));
}
