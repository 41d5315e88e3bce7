/** Can everybody be reached? A test is answered by the phone itself and confirmed by a person's tap. */
import type { OperationState, OperationType } from "./operations";

export interface CommunicationTest {
  id: string;
  version: number;
  channel: string;
  message: string;
  started_at: string;
  closes_at: string;
  /** This person's own answer, from whichever phone. */
  heard_at: string | null;
  confirmed_at: string | null;
}

/** What was done on this phone about tests. */
export interface TestWork {
  type: OperationType;
  target: string;
  state: OperationState;
}

const did = (work: TestWork[], type: OperationType, test: CommunicationTest) =>
  work.some((one) => one.type === type && one.target === test.id);

/** Those that this phone has not answered yet; one that is closed too, so that it is known how late it came. */
export const unanswered = (tests: CommunicationTest[], work: TestWork[]): CommunicationTest[] =>
  tests.filter((test) => !test.heard_at && !did(work, "communication_test.answer", test));

/** The one a person is asked to confirm: not closed, not tapped, the newest first. */
export function toConfirm(tests: CommunicationTest[], work: TestWork[], now: Date): CommunicationTest | null {
  const open = tests.filter((test) => Date.parse(test.closes_at) > now.getTime() && !test.confirmed_at);
  const untapped = open.filter((test) => !did(work, "communication_test.confirm", test));
  return untapped.sort((a, b) => b.started_at.localeCompare(a.started_at))[0] ?? null;
}
