// The talk room beside the conference: when a site speaks and listens there.
import type { ConferenceState } from "../api/messages";

export interface TalkSituation {
  state: ConferenceState | null;
  /** The technician holds the call open ("Gọi kỹ thuật trung tâm"). */
  calling: boolean;
  /** The technician pressed "Nghe". */
  listening: boolean;
}

/** Before the opening the desk checks microphones; afterwards only the technician's press counts. */
export function talkWants(now: TalkSituation): { send: boolean; hear: boolean } {
  if (now.state === "joining" || now.state === "scheduled") return { send: true, hear: true };
  if (now.state !== "live") return { send: false, hear: false };
  return { send: now.calling, hear: now.calling || now.listening };
}
