import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Refusal, ServerLost } from "../api/client";
import type { CommandResult } from "../api/messages";
import { snapshot, wallSite, word } from "../domain/testdesk";
import { DeskServer, type DeskApi } from "./server";

const done = (id: string, outcome: CommandResult["outcome"] = "done"): CommandResult => ({
  id,
  outcome,
  version: 2,
  code: "",
  reason_vi: "",
  reason_en: "",
  clause: "",
});
const first = snapshot([wallSite(1)], { version: 1 });

function api(change: Partial<DeskApi> = {}): DeskApi {
  return {
    desk: vi.fn(async (_conference: number, since?: number) => (since === 1 ? null : first)),
    command: vi.fn(async (_conference: number, id: string) => done(id)),
    commandOutcome: vi.fn(async (id: string) => done(id)),
    ...change,
  };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

async function started(fake: DeskApi): Promise<DeskServer> {
  const server = new DeskServer(fake, 12, () => 1000);
  server.start();
  await vi.advanceTimersByTimeAsync(1);
  return server;
}

test("the desk asks every two seconds and says which version it has", async () => {
  const fake = api();
  const server = await started(fake);
  await vi.advanceTimersByTimeAsync(2000);
  expect(fake.desk).toHaveBeenNthCalledWith(1, 12, undefined);
  expect(fake.desk).toHaveBeenNthCalledWith(2, 12, 1);
  server.stop();
});

test("several pushes in a moment are one question", async () => {
  const fake = api();
  const server = await started(fake);
  for (let push = 0; push < 5; push += 1) server.refresh();
  await vi.advanceTimersByTimeAsync(200);
  expect(fake.desk).toHaveBeenCalledTimes(2);
  server.stop();
});

test("while the server is lost no command is sent, nor later", async () => {
  let up = false;
  const fake = api({
    desk: vi.fn(async (_conference: number, since?: number) => {
      if (!up && since === 1) throw new ServerLost("down");
      return since === 1 ? null : first;
    }),
  });
  const server = await started(fake);
  await vi.advanceTimersByTimeAsync(2000);
  expect(server.state.get().lostSince).toBe(1000);
  expect(await server.send({ type: "take" })).toBe(false);
  up = true;
  await vi.advanceTimersByTimeAsync(1000);
  expect(server.state.get().lostSince).toBeNull();
  expect(fake.command).not.toHaveBeenCalled();
  server.stop();
});

test("a command whose answer was lost is asked for by its id once the server is back", async () => {
  const fake = api({
    command: vi.fn(async () => Promise.reject(new ServerLost("cut"))),
    commandOutcome: vi.fn(async (id: string) => done(id, "unknown")),
  });
  const server = await started(fake);
  expect(await server.send({ type: "take" })).toBe(false);
  const id = server.state.get().unclear[0]?.id;
  await vi.advanceTimersByTimeAsync(200);
  expect(fake.command).toHaveBeenCalledTimes(1);
  expect(fake.commandOutcome).toHaveBeenCalledWith(id);
  expect(server.state.get().notice?.kind).toBe("not_done");
  server.stop();
});

test("a user who may not see the desk is told what the server said", async () => {
  const fake = api({
    desk: vi.fn(async () => Promise.reject(new Refusal(403, "Không có quyền.", "Not allowed."))),
  });
  const server = await started(fake);
  expect(server.state.get().denied?.vi).toBe("Không có quyền.");
  server.stop();
});

test("the word of another conference's room is not taken", async () => {
  const server = await started(api());
  const other = word({ version: 99, conference: 13 });
  server.roomMetadata(JSON.stringify(other));
  expect(server.state.get().roomWord).toBeNull();
  server.roomMetadata(JSON.stringify({ ...other, conference: 12 }));
  expect(server.state.get().roomWord?.version).toBe(99);
  server.stop();
});

/** A server whose answers to commands come one by one, when the test says so. */
function slow() {
  const waits: { type: string; end: (lost?: boolean) => void }[] = [];
  const fake = api({
    command: vi.fn(
      (_conference: number, id: string, command: { type: string }) =>
        new Promise<CommandResult>((resolve, reject) =>
          waits.push({
            type: command.type,
            end: (lost) => (lost ? reject(new ServerLost("cut")) : resolve(done(id))),
          }),
        ),
    ),
  });
  return { fake, waits };
}

test("a command goes out only after the one before it was answered", async () => {
  const { fake, waits } = slow();
  const server = await started(fake);
  const former = server.send({ type: "set_preview", lead: "s1" });
  const later = server.send({ type: "give_floor", site: "s1", add: false });
  await vi.advanceTimersByTimeAsync(50);
  expect(waits.map((wait) => wait.type)).toEqual(["set_preview"]);
  waits[0]?.end();
  expect(await former).toBe(true);
  await vi.advanceTimersByTimeAsync(1);
  expect(waits.map((wait) => wait.type)).toEqual(["set_preview", "give_floor"]);
  waits[1]?.end();
  expect(await later).toBe(true);
  server.stop();
});

test("what waits behind a lost answer is dropped for good, and said", async () => {
  const { fake, waits } = slow();
  const server = await started(fake);
  const former = server.send({ type: "take" });
  const later = server.send({ type: "mute_all" });
  await vi.advanceTimersByTimeAsync(1);
  waits[0]?.end(true);
  expect(await former).toBe(false);
  expect(await later).toBe(false);
  expect(server.state.get().pending).toEqual([]);
  expect(server.state.get().notice).toMatchObject({ kind: "not_done", command: { type: "mute_all" } });
  await vi.advanceTimersByTimeAsync(3000);
  expect(waits.map((wait) => wait.type)).toEqual(["take"]);
  server.stop();
});

test("what waits while the server is lost is not sent when it is back", async () => {
  const { fake, waits } = slow();
  let down = false;
  fake.desk = vi.fn(async (_conference: number, since?: number) => {
    if (down) throw new ServerLost("down");
    return since === 1 ? null : first;
  });
  const server = await started(fake);
  void server.send({ type: "take" });
  const later = server.send({ type: "mute_all" });
  down = true;
  await vi.advanceTimersByTimeAsync(2000);
  expect(server.state.get().lostSince).not.toBeNull();
  down = false;
  await vi.advanceTimersByTimeAsync(1000);
  expect(server.state.get().lostSince).toBeNull();
  waits[0]?.end();
  expect(await later).toBe(false);
  expect(waits.map((wait) => wait.type)).toEqual(["take"]);
  server.stop();
});
