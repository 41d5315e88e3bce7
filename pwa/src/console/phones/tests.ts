import { defineStore } from "pinia";
import { ref, shallowRef } from "vue";

import { get, post, put } from "@/api/client";
import type { TestSchedule, TestSummary } from "@/domain/devices";
import type { Page } from "@/domain/views";
import { useSession } from "../session";

/** A few weeks: the first page is read again every few seconds. */
const PAGE = 20;

/** Communication tests as the office reads them. The counts are no events: they are read again while a test is open. */
export const useTests = defineStore("communication-tests", () => {
  const session = useSession();
  const list = shallowRef<TestSummary[] | null>(null);
  const next = ref<string | null>(null);
  const schedules = shallowRef<TestSchedule[]>([]);
  const failure = shallowRef<unknown>(null);

  async function load(): Promise<void> {
    try {
      const page = await readPage(null);
      if (!list.value) next.value = page.next;
      list.value = merged(page.results, list.value ?? []);
      failure.value = null;
    } catch (error) {
      failure.value = error;
    }
  }

  async function loadOlder(): Promise<void> {
    try {
      const page = await readPage(next.value);
      list.value = merged(page.results, list.value ?? []);
      next.value = page.next;
    } catch (error) {
      failure.value = error;
    }
  }

  async function loadSchedules(): Promise<void> {
    if (!session.can("comms.test")) return;
    const answer = await get<{ results: TestSchedule[] }>("/api/communication-schedules").catch(() => null);
    if (answer) schedules.value = answer.results; // without them the page is of use
  }

  /** How many people a test would disturb. */
  const countPeople = async (): Promise<number> =>
    (await get<{ people: number }>("/api/communication-tests/people", { query: { town: session.town?.code } })).people;

  /** The id is made once per intention, so that a second try after a lost answer starts nothing again. */
  async function start(id: string): Promise<TestSummary> {
    const started = await post<TestSummary>("/api/communication-tests", { id, town: session.town?.code });
    list.value = merged([started], list.value ?? []);
    return started;
  }

  async function switchSchedule(schedule: TestSchedule, active: boolean): Promise<void> {
    const { town, channel, weekday, time, within_minutes, message } = schedule;
    const body = { town, channel, weekday, time, within_minutes, message, active };
    const changed = await put<TestSchedule>(`/api/communication-schedules/${schedule.id}`, body);
    schedules.value = schedules.value.map((one) => (one.id === changed.id ? changed : one));
  }

  return { list, next, schedules, failure, load, loadOlder, loadSchedules, countPeople, start, switchSchedule };
});

const readPage = (cursor: string | null) =>
  get<Page<TestSummary>>("/api/communication-tests", { query: { cursor, limit: PAGE } });

/** The newest first; of a test that is in both, the fresh word. */
function merged(fresh: TestSummary[], held: TestSummary[]): TestSummary[] {
  const known = new Map([...held, ...fresh].map((test) => [test.id, test]));
  return [...known.values()].sort((a, b) => b.started_at.localeCompare(a.started_at));
}
