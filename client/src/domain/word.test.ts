import { describe, expect, it } from "vitest";
import type { Word } from "../api/messages";
import { mayBeHeard, mayOpenMicrophone, newerWord, ownState, parseIdentity, parseWord, siteOf } from "./word";

const T = "2026-11-20T01:00:00Z";

function word(change: Partial<Word> = {}): Word {
  return {
    version: 5,
    conference: 1,
    title: "Họp giao ban",
    host_body: "UBND tỉnh",
    state: "live",
    drill: false,
    connect_at: T,
    opening_at: T,
    opened_at: null,
    host: "trung-tam",
    host_mic_open: true,
    expected: 3,
    scene: { layout: "full", panes: [] },
    preview: [],
    floor: [],
    queue: [],
    locked: [],
    sharing: [],
    audible: [],
    ...change,
  };
}

const at = (change: Partial<Word> = {}, more: Partial<Parameters<typeof ownState>[0]> = {}) =>
  ownState({
    word: word(change),
    site: "da-teh",
    link: "connected",
    publishing: false,
    hasMicrophone: true,
    hostMuted: false,
    ...more,
  });

const holder = { site: "da-teh", caption: "Đạ Tẻh", since: T };

describe("the word", () => {
  it("is replaced only by a newer one", () => {
    const now = word({ version: 5 });
    expect(newerWord(now, word({ version: 4 }))).toBe(now);
    expect(newerWord(now, word({ version: 5, title: "khác" }))).toBe(now);
    expect(newerWord(now, word({ version: 6 }))?.version).toBe(6);
    expect(newerWord(now, null)).toBe(now);
    expect(newerWord(null, now)).toBe(now);
  });

  it("is taken from metadata, and what is no word is nothing", () => {
    expect(parseWord(JSON.stringify(word()))?.version).toBe(5);
    expect(parseWord("")).toBeNull();
    expect(parseWord("{")).toBeNull();
    expect(parseWord('{"version":1}')).toBeNull();
  });
});

describe("an identity", () => {
  it("names kind, site and seat", () => {
    expect(parseIdentity("site:xa-da-teh:a1_B")).toEqual({ kind: "site", who: "xa-da-teh", seat: "a1_B" });
    expect(siteOf("site:xa-da-teh:a1")).toBe("xa-da-teh");
    expect(siteOf("desk:12:x")).toBeNull();
    expect(parseIdentity("EG_recorder")).toBeNull();
  });
});

describe("sound", () => {
  it("is heard only of identities that the word names, and never one's own", () => {
    const now = word({ audible: ["site:a:1", "site:me:1"] });
    expect(mayBeHeard(now, "site:a:1", "site:me:1")).toBe(true);
    expect(mayBeHeard(now, "site:a:2", "site:me:1")).toBe(false);
    expect(mayBeHeard(now, "site:me:1", "site:me:1")).toBe(false);
    expect(mayBeHeard(null, "site:a:1", "site:me:1")).toBe(false);
  });
});

describe("the microphone", () => {
  it("opens with the floor and the server's permission together", () => {
    expect(mayOpenMicrophone(word({ floor: [holder] }), "da-teh", true, false)).toBe(true);
    expect(mayOpenMicrophone(word({ floor: [holder] }), "da-teh", false, false)).toBe(false);
    expect(mayOpenMicrophone(word(), "da-teh", true, false)).toBe(false);
  });

  it("of the host is open unless the desk or the host closes it", () => {
    expect(mayOpenMicrophone(word(), "trung-tam", true, false)).toBe(true);
    expect(mayOpenMicrophone(word(), "trung-tam", true, true)).toBe(false);
    expect(mayOpenMicrophone(word({ host_mic_open: false }), "trung-tam", true, false)).toBe(false);
  });
});

describe("the site's own state", () => {
  it("is quiet by default and may ask for the floor", () => {
    expect(at()).toMatchObject({ kind: "mic_off", maySpeakUp: true, onAir: false });
  });

  it("says that the microphone is open only when it is published", () => {
    expect(at({ floor: [holder] }).kind).toBe("mic_opening");
    expect(at({ floor: [holder] }, { publishing: true }).kind).toBe("mic_on");
    expect(at({ floor: [holder] }, { hasMicrophone: false }).kind).toBe("floor_without_mic");
  });

  it("keeps place and floor in sight while the connection is lost", () => {
    const queue = [{ ...holder, site: "a" }, holder];
    expect(at({ queue }, { link: "lost" })).toMatchObject({ kind: "lost", place: 2, maySpeakUp: false });
  });

  it("counts the place in the queue from one", () => {
    expect(at({ queue: [holder] })).toMatchObject({ kind: "requested", place: 1, maySpeakUp: false });
  });

  it("puts a lock before a request, and does not offer to ask", () => {
    expect(at({ queue: [holder], locked: ["da-teh"] })).toMatchObject({ kind: "mic_locked", place: 1 });
    expect(at({ locked: ["da-teh"] }).maySpeakUp).toBe(false);
  });

  it("says when it is seen by all, and when by the desk", () => {
    const pane = { site: "da-teh", caption: "", detail: "", source: "camera" as const };
    expect(at({ scene: { layout: "full", panes: [pane] } })).toMatchObject({ kind: "on_air", onAir: true });
    expect(at({ preview: ["da-teh"] })).toMatchObject({ kind: "preview", previewed: true, onAir: false });
  });

  it("before the opening is the check, and the floor cannot be asked for", () => {
    expect(at({ state: "joining" })).toMatchObject({ kind: "checking", maySpeakUp: false });
    // The microphone goes to the centre for the check, whatever the picture does.
    const pane = { site: "da-teh", caption: "", detail: "", source: "camera" as const };
    const scene = { layout: "full" as const, panes: [pane] };
    expect(at({ state: "joining", scene })).toMatchObject({ kind: "checking", onAir: true });
    expect(at({ state: "joining", preview: ["da-teh"] })).toMatchObject({
      kind: "checking",
      previewed: true,
    });
  });

  it("of the host tells its own silence from the desk's", () => {
    const host = { site: "trung-tam" };
    expect(at({}, { ...host, publishing: true })).toMatchObject({ kind: "host_on", maySpeakUp: false });
    expect(at({}, { ...host, hostMuted: true }).kind).toBe("host_self_muted");
    expect(at({ host_mic_open: false }, { ...host, hostMuted: true }).kind).toBe("host_closed");
  });

  it("offers sharing only when the word permits it", () => {
    expect(at().mayShare).toBe(false);
    expect(at({ sharing: ["da-teh"] }).mayShare).toBe(true);
    expect(at({ sharing: ["da-teh"] }, { link: "lost" }).mayShare).toBe(false);
  });
});
