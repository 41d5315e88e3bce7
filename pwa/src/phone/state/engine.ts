/** Follows the session: an engine for the person who is signed in, none otherwise. */
import { watch } from "vue";

import type { Settlement } from "@/domain/operations";
import type { Farewell } from "@/domain/tasks";
import type { Task } from "@/domain/views";
import { useSession } from "./session";
import { useWork } from "./work";

export interface Engine {
  /** Pull and send now; resolves when both were tried. */
  wake(): Promise<void>;
  send(): void;
  stop(): void;
}

/** What a person is told of at once, whatever page is open. */
export type News =
  | { is: "tasks"; tasks: Task[] }
  | { is: "settled"; word: Settlement }
  | { is: "handed_over"; task: Task; farewell: Exclude<Farewell, null> };

let engine: Engine | null = null;
let turn = 0;
let announce: (news: News) => void = () => undefined;

export function onNews(listener: (news: News) => void): void {
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
  if (mine === turn) engine = startEngine(me, (news) => announce(news));
}
