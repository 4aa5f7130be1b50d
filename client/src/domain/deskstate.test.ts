import { expect, test } from "vitest";
import type { CommandResult } from "../api/messages";
import { commandsOpen, EMPTY, leadOf, reduce, wordOf, type DeskEvent, type DeskState } from "./deskstate";
import { scene, snapshot, wallSite, word } from "./testdesk";

const sent = { id: "c1", command: { type: "take" as const } };
const result = (outcome: CommandResult["outcome"], change: Partial<CommandResult> = {}) => ({
  id: "c1",
  outcome,
  version: 2,
  code: "",
  reason_vi: "",
  reason_en: "",
  clause: "",
  ...change,
});
const after = (...events: DeskEvent[]): DeskState => events.reduce(reduce, EMPTY);
const first: DeskEvent = { type: "snapshot", snapshot: snapshot([wallSite(1)], { version: 4 }) };

test("a snapshot that was overtaken does not turn the desk back", () => {
  const older = snapshot([], { version: 3 });
  const now = after(first, { type: "snapshot", snapshot: older });
  expect(now.snapshot?.version).toBe(4);
});

test("the word from the room is used until the snapshot has it", () => {
  const newer = word({ version: 5, title: "Mới" });
  const now = after(first, { type: "word", word: newer });
  expect(wordOf(now)?.title).toBe("Mới");
  const caught = snapshot([], { version: 6, word: word({ version: 6, title: "Mới nhất" }) });
  expect(wordOf(reduce(now, { type: "snapshot", snapshot: caught }))?.title).toBe("Mới nhất");
});

test("an old word of the room changes nothing", () => {
  const now = after(first);
  expect(reduce(now, { type: "word", word: word({ version: 1 }) })).toBe(now);
});

test("without the server no command may be sent, and its return opens them", () => {
  const lost = after(first, { type: "server_lost", at: 5 }, { type: "server_lost", at: 9 });
  expect(lost.lostSince).toBe(5);
  expect(commandsOpen(lost)).toBe(false);
  expect(commandsOpen(reduce(lost, { type: "unchanged" }))).toBe(true);
});

test("a closed conference takes no commands", () => {
  const closed = snapshot([], { version: 5, word: word({ version: 5, state: "closed" }) });
  expect(commandsOpen(after({ type: "snapshot", snapshot: closed }))).toBe(false);
});

test("a refusal stays on the screen with its clause until the next command", () => {
  const answer = result("refused", { reason_vi: "Chưa trao được quyền.", clause: "LD-12.2a" });
  const now = after(
    first,
    { type: "sent", sent },
    { type: "answered", sent, result: answer, at: 1 },
  );
  expect(now.notice).toMatchObject({ kind: "refused", clause: "LD-12.2a" });
  expect(now.pending).toEqual([]);
  expect(reduce(now, { type: "sent", sent: { ...sent, id: "c2" } }).notice).toBeNull();
});

test("a command whose answer was lost is not sent again but asked for", () => {
  const lost = after(
    first,
    { type: "sent", sent },
    { type: "answer_lost", sent, at: 7 },
  );
  expect(lost.pending).toEqual([]);
  expect(lost.unclear).toEqual([sent]);
  expect(lost.lostSince).toBe(7);
  const done = reduce(lost, { type: "outcome", sent, result: result("done"), at: 9 });
  expect(done.unclear).toEqual([]);
  expect(done.notice?.kind).toBe("was_done");
  const unknown = reduce(lost, { type: "outcome", sent, result: result("unknown"), at: 9 });
  expect(unknown.notice?.kind).toBe("not_done");
});

const chosen = { id: "p1", command: { type: "set_preview" as const, lead: "s2" } };
const shown = (version: number, lead: string): DeskEvent => ({
  type: "snapshot",
  snapshot: snapshot([wallSite(1)], { version, preview: scene(lead) }),
});

test("the lead is the one last asked for until a snapshot as new as the answer shows it", () => {
  const asked = after(shown(4, "s1"), { type: "sent", sent: chosen });
  expect(leadOf(asked)).toBe("s2");
  const answered = reduce(asked, {
    type: "answered",
    sent: chosen,
    result: result("done", { id: "p1", version: 6 }),
    at: 1,
  });
  expect(leadOf(reduce(answered, shown(5, "s1")))).toBe("s2");
  expect(leadOf(reduce(answered, shown(6, "s3")))).toBe("s3");
  expect(leadOf(reduce(answered, shown(7, "s4")))).toBe("s4");
});

test("an earlier answer does not end the wait for the lead asked for later", () => {
  const later = { id: "p2", command: { type: "set_preview" as const, lead: "s3" } };
  const now = after(
    shown(4, "s1"),
    { type: "sent", sent: chosen },
    { type: "sent", sent: later },
    { type: "answered", sent: chosen, result: result("done", { id: "p1", version: 5 }), at: 1 },
    shown(5, "s2"),
  );
  expect(leadOf(now)).toBe("s3");
});

test("a lead that was refused, dropped or lost is not the lead", () => {
  const asked = after(shown(4, "s1"), { type: "sent", sent: chosen });
  const ends: DeskEvent[] = [
    { type: "answered", sent: chosen, result: result("refused", { id: "p1" }), at: 1 },
    { type: "rejected", sent: chosen, vi: "", en: "", at: 1 },
    { type: "dropped", sent: chosen, at: 1 },
    { type: "answer_lost", sent: chosen, at: 1 },
    { type: "server_lost", at: 1 },
    { type: "denied", vi: "", en: "" },
  ];
  for (const end of ends) expect(leadOf(reduce(asked, end)), end.type).toBe("s1");
});

test("an unchanged answer says that the user is let in again", () => {
  const denied = after(first, { type: "denied", vi: "Hết phiên.", en: "Signed out." });
  expect(commandsOpen(denied)).toBe(false);
  const back = reduce(denied, { type: "unchanged" });
  expect(back.denied).toBeNull();
  expect(commandsOpen(back)).toBe(true);
});
