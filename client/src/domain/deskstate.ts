/**
 * What the desk knows: the last snapshot, whether the server answers, which commands run and what
 * became of them. Commands are never queued: without the server none is sent.
 */
import type { Command, CommandResult, DeskSnapshot, Word } from "../api/messages";

/** A command under way, or one whose answer was lost. */
export interface SentCommand {
  readonly id: string;
  readonly command: Command;
}

export interface Notice {
  readonly kind: "refused" | "was_done" | "not_done" | "failed";
  readonly command: Command;
  /** Texts of the server, empty where the desk has its own. */
  readonly text_vi: string;
  readonly text_en: string;
  readonly clause: string;
  readonly at: number;
}

/** A site that was asked for as the lead of the preview, before the snapshot shows it. */
export interface PendingLead {
  /** The command that asks for it. */
  readonly id: string;
  readonly site: string;
  /** The version that holds it, once the server has answered. */
  readonly version: number | null;
}

export interface DeskState {
  readonly snapshot: DeskSnapshot | null;
  /** The word from the room's metadata, when it is newer than the snapshot's. */
  readonly roomWord: Word | null;
  /** Since when the server does not answer (ms), or null. */
  readonly lostSince: number | null;
  readonly pending: readonly SentCommand[];
  /** The lead that was last asked for: the floor is given to it, never to the one before. */
  readonly pendingLead: PendingLead | null;
  /** Commands whose answer was lost: their outcome is asked for when the server is back. */
  readonly unclear: readonly SentCommand[];
  readonly notice: Notice | null;
  /** The desk may not be seen by this user: what the server said. */
  readonly denied: { readonly vi: string; readonly en: string } | null;
}

export const EMPTY: DeskState = {
  snapshot: null,
  roomWord: null,
  lostSince: null,
  pending: [],
  pendingLead: null,
  unclear: [],
  notice: null,
  denied: null,
};

export type DeskEvent =
  | { type: "snapshot"; snapshot: DeskSnapshot }
  | { type: "unchanged" }
  | { type: "server_lost"; at: number }
  | { type: "denied"; vi: string; en: string }
  | { type: "word"; word: Word }
  | { type: "sent"; sent: SentCommand }
  | { type: "answered"; sent: SentCommand; result: CommandResult; at: number }
  | { type: "rejected"; sent: SentCommand; vi: string; en: string; at: number }
  /** It waited for the one before it and was never sent. */
  | { type: "dropped"; sent: SentCommand; at: number }
  | { type: "answer_lost"; sent: SentCommand; at: number }
  | { type: "outcome"; sent: SentCommand; result: CommandResult; at: number }
  | { type: "notice_read" };

function without(list: readonly SentCommand[], id: string): readonly SentCommand[] {
  return list.filter((sent) => sent.id !== id);
}

function notice(
  kind: Notice["kind"],
  sent: SentCommand,
  at: number,
  vi = "",
  en = "",
  clause = "",
): Notice {
  return { kind, command: sent.command, text_vi: vi, text_en: en, clause, at };
}

function refused(sent: SentCommand, result: CommandResult, at: number): Notice {
  return notice("refused", sent, at, result.reason_vi, result.reason_en, result.clause);
}

function askedLead(sent: SentCommand): PendingLead | null {
  const { command } = sent;
  return command.type === "set_preview" && command.lead
    ? { id: sent.id, site: command.lead, version: null }
    : null;
}

/** The lead that is still to come: none once the snapshot is as new as the answer. */
function stillPending(
  lead: PendingLead | null,
  snapshot: DeskSnapshot | null,
): PendingLead | null {
  const shown = lead !== null && lead.version !== null && (snapshot?.version ?? 0) >= lead.version;
  return shown ? null : lead;
}

function withoutLead(state: DeskState, id: string): PendingLead | null {
  return state.pendingLead?.id === id ? null : state.pendingLead;
}

export function reduce(state: DeskState, event: DeskEvent): DeskState {
  switch (event.type) {
    case "snapshot": {
      // An answer that was overtaken on the way must not turn the desk back.
      if (state.snapshot !== null && event.snapshot.version < state.snapshot.version)
        return { ...state, lostSince: null };
      const overtaken =
        state.roomWord !== null && state.roomWord.version <= event.snapshot.word.version;
      return {
        ...state,
        snapshot: event.snapshot,
        pendingLead: stillPending(state.pendingLead, event.snapshot),
        roomWord: overtaken ? null : state.roomWord,
        lostSince: null,
        denied: null,
      };
    }
    case "unchanged":
      return state.lostSince === null && state.denied === null
        ? state
        : { ...state, lostSince: null, denied: null };
    case "server_lost":
      return state.lostSince === null
        ? { ...state, lostSince: event.at, pendingLead: null }
        : state;
    case "denied":
      return {
        ...state,
        lostSince: null,
        pendingLead: null,
        denied: { vi: event.vi, en: event.en },
      };
    case "word": {
      const known = wordOf(state);
      return known !== null && event.word.version <= known.version
        ? state
        : { ...state, roomWord: event.word };
    }
    case "sent":
      return {
        ...state,
        pending: [...state.pending, event.sent],
        pendingLead: askedLead(event.sent) ?? state.pendingLead,
        notice: null,
      };
    case "answered": {
      const pending = without(state.pending, event.sent.id);
      if (event.result.outcome === "refused")
        return {
          ...state,
          pending,
          pendingLead: withoutLead(state, event.sent.id),
          notice: refused(event.sent, event.result, event.at),
        };
      const lead =
        state.pendingLead?.id === event.sent.id
          ? { ...state.pendingLead, version: event.result.version }
          : state.pendingLead;
      return { ...state, pending, pendingLead: stillPending(lead, state.snapshot) };
    }
    case "rejected":
      return {
        ...state,
        pending: without(state.pending, event.sent.id),
        pendingLead: withoutLead(state, event.sent.id),
        notice: notice("failed", event.sent, event.at, event.vi, event.en),
      };
    case "dropped":
      return {
        ...state,
        pending: without(state.pending, event.sent.id),
        pendingLead: withoutLead(state, event.sent.id),
        notice: notice("not_done", event.sent, event.at),
      };
    case "answer_lost":
      return {
        ...state,
        pending: without(state.pending, event.sent.id),
        pendingLead: null,
        unclear: [...without(state.unclear, event.sent.id), event.sent],
        lostSince: state.lostSince ?? event.at,
      };
    case "outcome": {
      const unclear = without(state.unclear, event.sent.id);
      if (event.result.outcome === "refused")
        return { ...state, unclear, notice: refused(event.sent, event.result, event.at) };
      const kind = event.result.outcome === "done" ? "was_done" : "not_done";
      return { ...state, unclear, notice: notice(kind, event.sent, event.at) };
    }
    case "notice_read":
      return state.notice === null ? state : { ...state, notice: null };
  }
}

/** The newest word known, from the room or from the server. */
export function wordOf(state: DeskState): Word | null {
  return state.roomWord ?? state.snapshot?.word ?? null;
}

/** The lead of the preview as last asked for, or as the snapshot has it. */
export function leadOf(state: DeskState): string | null {
  return state.pendingLead?.site ?? state.snapshot?.preview.panes[0]?.site ?? null;
}

/** Whether commands may be sent now. */
export function commandsOpen(state: DeskState): boolean {
  return (
    state.snapshot !== null &&
    state.lostSince === null &&
    state.denied === null &&
    wordOf(state)?.state !== "closed"
  );
}

/** Sites present and expected, for the head of the desk. */
export function presence(snapshot: DeskSnapshot): { present: number; expected: number } {
  return {
    present: snapshot.sites.filter((site) => site.presence === "connected").length,
    expected: snapshot.sites.length,
  };
}
