import { computed, onBeforeUnmount, ref, type Ref } from "vue";

import { answerOf, type DraftAnswer, type InspectionDraft } from "@/domain/inspection";
import { readDraft, saveDraft } from "@/offline/drafts";
import { useSession } from "./session";
import { useWork } from "./work";

const TYPING_PAUSE_MS = 400;

/** Forms open in this page, by person and task: form and review work on the same object, never on two copies. */
const open = new Map<string, Ref<InspectionDraft | null>>();
const keyOf = (user_id: string, task_id: string) => `${user_id} ${task_id}`;

/** Let go of a form that was submitted or begun anew. */
export const closeForm = (user_id: string, task_id: string): boolean => open.delete(keyOf(user_id, task_id));

function openForm(user_id: string, task_id: string): { draft: Ref<InspectionDraft | null>; loaded: Promise<void> } {
  const key = keyOf(user_id, task_id);
  const held = open.get(key);
  if (held) return { draft: held, loaded: Promise.resolve() };
  const draft = ref<InspectionDraft | null>(null);
  const loaded = readDraft(user_id, task_id).then((stored) => {
    if (!stored || stored.submitted_as) return;
    draft.value = stored;
    open.set(key, draft);
  });
  return { draft, loaded };
}

/** The form of a task as it is being filled in; every change is on the disk a moment later. */
export function useForm(task_id: string) {
  const work = useWork();
  const user_id = useSession().me?.user.id ?? "";
  const { draft, loaded } = openForm(user_id, task_id);
  const ready = ref(false);
  void loaded.finally(() => (ready.value = true));

  const task = computed(() => work.task(task_id));
  const checklist = computed(() => (draft.value && work.checklists.get(draft.value.checklist_id)) ?? null);
  /** The phone could not write: the form stays on the screen and says so. */
  const unsaved = ref<unknown>(null);
  let pause: ReturnType<typeof setTimeout> | null = null;

  async function save(): Promise<void> {
    if (pause) clearTimeout(pause);
    pause = null;
    if (!draft.value) return;
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
    void save().then(() => work.loadOwn(user_id));
  });

  return { draft, ready, task, checklist, unsaved, save, saveAfterTyping, answer };
}
