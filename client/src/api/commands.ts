// Sending a command and knowing what became of it, also when the answer was lost.
import type { Command, CommandResult } from "./messages";
import { api, commandId, Refusal, ServerLost } from "./client";

export type CommandEnd =
  | { kind: "done"; result: CommandResult }
  | { kind: "refused"; vi: string; en: string; clause: string }
  /** The answer was lost; later it was found that it had been carried out, or not. */
  | { kind: "found_done" }
  | { kind: "found_not_done" };

const ASK_AGAIN_MS = 1000;

/**
 * Send a command. `onLost` is called once when the answer is lost; the promise then resolves as
 * soon as the server can be asked for the outcome. A lost command is never sent a second time.
 */
export async function sendCommand(
  conference: number,
  command: Command,
  onLost: () => void = () => undefined,
): Promise<CommandEnd> {
  const id = commandId();
  try {
    const result = await api.command(conference, id, command);
    if (result.outcome === "done") return { kind: "done", result };
    return { kind: "refused", vi: result.reason_vi, en: result.reason_en, clause: result.clause };
  } catch (error) {
    if (error instanceof Refusal) {
      return { kind: "refused", vi: error.detail_vi, en: error.detail_en, clause: "" };
    }
    if (!(error instanceof ServerLost)) throw error;
  }
  onLost();
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
    try {
      const found = await api.commandOutcome(id);
      if (found.outcome === "done") return { kind: "found_done" };
      if (found.outcome === "refused") {
        return { kind: "refused", vi: found.reason_vi, en: found.reason_en, clause: found.clause };
      }
      return { kind: "found_not_done" };
    } catch (error) {
      if (error instanceof Refusal) return { kind: "found_not_done" };
      if (!(error instanceof ServerLost)) throw error;
    }
  }
}
