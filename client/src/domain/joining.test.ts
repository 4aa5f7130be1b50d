import { describe, expect, it } from "vitest";
import type { JoinAnswer } from "../api/messages";
import { askAgainAfter, joinRequest } from "./joining";
import { talkWants } from "./talk";

const own = { site: "a", number: 1, name: "A", host: false, technician_phone: "" };
const now = Date.parse("2026-11-20T01:00:00Z");
const at = "2026-11-20T01:00:00Z";

describe("after an answer", () => {
  it("a waiting site asks again every two seconds", () => {
    const answer: JoinAnswer = { outcome: "waiting", own, why: "needs_admission", since: at };
    expect(askAgainAfter(answer, now)).toBe(2000);
  });

  it("an early site asks at the moment of opening, and before it in case the desk opens early", () => {
    const answer = (connect_at: string): JoinAnswer => ({ outcome: "not_open", own, title: "", connect_at, opening_at: at });
    expect(askAgainAfter(answer("2026-11-20T01:00:01Z"), now)).toBe(1200);
    expect(askAgainAfter(answer("2026-11-20T03:00:00Z"), now)).toBe(5000);
    expect(askAgainAfter(answer("2026-11-20T00:59:00Z"), now)).toBe(2000);
  });

  it("a removed site comes back by itself once it is admitted", () => {
    expect(askAgainAfter({ outcome: "removed", own, reason: "", at }, now)).toBe(3000);
  });

  it("a person decides when another device has the place, and nobody when it is over", () => {
    expect(askAgainAfter({ outcome: "elsewhere", own, device: "", since: at, declined: false }, now)).toBeNull();
    expect(askAgainAfter({ outcome: "replaced", own, by: "", at }, now)).toBeNull();
    expect(askAgainAfter({ outcome: "closed", own, at }, now)).toBeNull();
  });
});

describe("a join request", () => {
  it("needs person and unit, and sends composed Vietnamese", () => {
    expect(joinRequest(" ", "UBND")).toBeNull();
    expect(joinRequest("Hòa", "")).toBeNull();
    expect(joinRequest(" Ho\u0300a ", "UBND xã")).toEqual({ person: "Hòa", unit: "UBND xã" });
  });
});

describe("the talk room", () => {
  it("checks microphones before the opening and is silent afterwards unless somebody presses", () => {
    expect(talkWants({ state: "joining", calling: false, listening: false })).toEqual({ send: true, hear: true });
    expect(talkWants({ state: "live", calling: false, listening: false })).toEqual({ send: false, hear: false });
    expect(talkWants({ state: "live", calling: false, listening: true })).toEqual({ send: false, hear: true });
    expect(talkWants({ state: "live", calling: true, listening: false })).toEqual({ send: true, hear: true });
    expect(talkWants({ state: "closed", calling: true, listening: true })).toEqual({ send: false, hear: false });
  });
});
