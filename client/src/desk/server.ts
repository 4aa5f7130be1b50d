/**
 * The desk's line to the server: the snapshot by push and by poll, commands one by one, and the
 * outcome of a command whose answer was lost.
 */
import { type Api, commandId, Refusal } from "../api/client";
import type { Command } from "../api/messages";
import { commandsOpen, EMPTY, reduce, type DeskEvent, type DeskState } from "../domain/deskstate";
import type { SentCommand } from "../domain/deskstate";
import { parseWord } from "../domain/word";
import { Store } from "../engine/store";

const POLL_MS = 2000;
const POLL_LOST_MS = 1000;
/** Several pushes in this time are one question. */
const COALESCE_MS = 150;

export type DeskApi = Pick<Api, "desk" | "command" | "commandOutcome">;

export class DeskServer {
  readonly state = new Store<DeskState>(EMPTY);
  private timer: ReturnType<typeof setTimeout> | null = null;
  private asking = false;
  private again = false;
  private stopped = true;
  /** The end of the last command: the next one goes out after it. */
  private turn: Promise<unknown> = Promise.resolve();
  /** Grows when an answer, the server or the permission is lost: what waited is dropped. */
  private losses = 0;

  constructor(
    private readonly api: DeskApi,
    private readonly conference: number,
    private readonly now: () => number = Date.now,
  ) {}

  start(): void {
    this.stopped = false;
    void this.ask();
  }

  stop(): void {
    this.stopped = true;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
  }

  /** Something changed at the server: ask soon. */
  refresh(): void {
    if (this.asking) this.again = true;
    else this.later(COALESCE_MS);
  }

  /** The room's metadata, which may be ahead of the snapshot. */
  roomMetadata(metadata: string | undefined): void {
    const word = parseWord(metadata);
    if (word !== null && word.conference === this.conference) this.tell({ type: "word", word });
  }

  /**
   * Send a command after those before it, so that none overtakes another. Without the server
   * nothing is sent, and what waits when it is lost is dropped: a late command is a wrong one.
   */
  async send(command: Command): Promise<boolean> {
    if (!commandsOpen(this.state.get())) return false;
    const sent: SentCommand = { id: commandId(), command };
    const losses = this.losses;
    this.tell({ type: "sent", sent });
    const end = this.turn.then(() => this.deliver(sent, losses));
    this.turn = end;
    return end;
  }

  private async deliver(sent: SentCommand, losses: number): Promise<boolean> {
    if (losses !== this.losses || !commandsOpen(this.state.get())) {
      this.tell({ type: "dropped", sent, at: this.now() });
      return false;
    }
    try {
      const result = await this.api.command(this.conference, sent.id, sent.command);
      this.tell({ type: "answered", sent, result, at: this.now() });
      this.refresh();
      return result.outcome === "done";
    } catch (error) {
      if (error instanceof Refusal) {
        const { detail_vi: vi, detail_en: en } = error;
        this.tell({ type: "rejected", sent, vi, en, at: this.now() });
        this.refresh();
      } else {
        this.tell({ type: "answer_lost", sent, at: this.now() });
        this.refresh();
      }
      return false;
    }
  }

  noticeRead(): void {
    this.tell({ type: "notice_read" });
  }

  private tell(event: DeskEvent): void {
    if (event.type === "answer_lost" || event.type === "server_lost" || event.type === "denied")
      this.losses += 1;
    this.state.set(reduce(this.state.get(), event));
  }

  private later(milliseconds: number): void {
    if (this.stopped) return;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.ask(), milliseconds);
  }

  private async ask(): Promise<void> {
    if (this.asking || this.stopped) return;
    this.asking = true;
    this.again = false;
    try {
      const snapshot = await this.api.desk(this.conference, this.state.get().snapshot?.version);
      this.tell(snapshot === null ? { type: "unchanged" } : { type: "snapshot", snapshot });
      await this.askOutcomes();
    } catch (error) {
      if (error instanceof Refusal)
        this.tell({ type: "denied", vi: error.detail_vi, en: error.detail_en });
      else this.tell({ type: "server_lost", at: this.now() });
    } finally {
      this.asking = false;
      const lost = this.state.get().lostSince !== null;
      this.later(this.again ? COALESCE_MS : lost ? POLL_LOST_MS : POLL_MS);
    }
  }

  private async askOutcomes(): Promise<void> {
    for (const sent of this.state.get().unclear) {
      const result = await this.api.commandOutcome(sent.id);
      this.tell({ type: "outcome", sent, result, at: this.now() });
    }
  }
}
