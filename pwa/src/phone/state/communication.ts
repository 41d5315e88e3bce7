import { unanswered, type CommunicationTest } from "@/domain/communication";
import { alone } from "@/offline/lock";
import { operationsOf, record } from "@/offline/operations";
import type { PhoneReplica } from "@/offline/replica";
import type { Way } from "@/realtime/feed";

/** Answer every test that has come and was not answered: once, whichever tab saw it. True when there was one. */
export async function answerTests(user_id: string, replica: PhoneReplica, way: Way): Promise<boolean> {
  const rows = await replica.rows<CommunicationTest>("communication_test");
  if (!rows.length) return false;
  const answered = await alone(`anwangge.tests.${user_id}`, async () => {
    const open = unanswered(rows.map(({ v }) => v), await operationsOf(user_id));
    for (const { id } of open) {
      const body = { test_id: id, heard_at: new Date().toISOString(), way };
      await record({ user_id, type: "communication_test.answer", target: id, body });
    }
    return open.length > 0;
  });
  return answered ?? false;
}
