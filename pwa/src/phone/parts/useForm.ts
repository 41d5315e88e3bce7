import { computed, onBeforeUnmount, ref } from "vue";

import { answerOf, type DraftAnswer, type InspectionDraft } from "@/domain/inspection";
import { saveDraft } from "@/offline/drafts";
import { useSession } from "../state/session";
import { useWork } from "../state/work";

const TYPING_PAUSE_MS = 400;

/** The form of a task as it is being filled in; every change is on the disk a moment later. */
export function useForm(task_id: string) {
  const work = useWork();
  const session = useSession();
  const held = work.drafts.get(task_id);
  const draft = ref<InspectionDraft | null>(held ? (JSON.parse(JSON.stringify(held)) as InspectionDraft) : null);
  const task = computed(() => work.task(task_id));
  const checklist = computed(() => (draft.value && work.checklists.get(draft.value.checklist_id)) ?? null);
  /** The phone could not write: the form stays on the screen and says so. */
  const unsaved = ref<unknown>(null);
  let pause: ReturnType<typeof setTimeout> | null = null;

  async function save(): Promise<void> {
    if (pause) clearTimeout(pause);
    pause = null;
    if (!draft.value || draft.value.submitted_as) return;
    try {
      await saveDraft(draft.value);
      unsaved.value = null;
    } catch (error) {
      unsaved.value = error;
    }
  }

  function saveAfterTyping(): void {
    if (pause) clearTimeout(pause);
    pause = setTimeout(() => void save(), TYPING_PAUSE_MS);
  }

  function answer(item: string, change: Partial<DraftAnswer>): void {
    if (!draft.value) return;
    draft.value.answers[item] = { ...answerOf(draft.value, item), ...change };
    if ("note" in change) saveAfterTyping();
    else void save();
  }

  const hide = () => void save();
  window.addEventListener("pagehide", hide);
  onBeforeUnmount(() => {
    window.removeEventListener("pagehide", hide);
    void save().then(() => session.me && work.loadOwn(session.me.user.id));
  });

  return { draft, task, checklist, unsaved, save, saveAfterTyping, answer };
}
