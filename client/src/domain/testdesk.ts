/** A conference with a cast, for the tests of the desk and its fixture pages. */
import type { DeskSnapshot, Pane, Scene, WallSite, Word } from "../api/messages";

export const AT = "2026-11-19T02:40:00Z";

export function pane(site: string): Pane {
  return { site, caption: `Xã ${site}`, detail: "", source: "camera" };
}

export function scene(...sites: string[]): Scene {
  return { layout: "speaker_strip", panes: sites.map(pane) };
}

export function wallSite(number: number, change: Partial<WallSite> = {}): WallSite {
  const site = change.site ?? `s${number}`;
  return {
    site,
    number,
    name: `Xã ${site}`,
    short_name: site,
    area: "Cấp tỉnh",
    host: number === 1,
    listed: true,
    presence: "connected",
    since: AT,
    waiting_for: "",
    reason: "",
    identity: `site:${site}:a`,
    person: "",
    unit: "",
    device: "",
    asking: "",
    simulated: false,
    technician: { name: "Lê Văn Sơn", phone: "0900 000 031" },
    ...change,
  };
}

export function word(change: Partial<Word> = {}): Word {
  return {
    version: 1,
    conference: 12,
    title: "Hội nghị ứng phó mưa lũ",
    host_body: "UBND tỉnh Lâm Đồng",
    state: "live",
    drill: false,
    connect_at: AT,
    opening_at: AT,
    opened_at: null,
    host: "s1",
    host_mic_open: true,
    expected: 0,
    scene: scene(),
    preview: [],
    floor: [],
    queue: [],
    locked: [],
    sharing: [],
    audible: [],
    ...change,
  };
}

export function snapshot(sites: WallSite[], change: Partial<DeskSnapshot> = {}): DeskSnapshot {
  return {
    version: 1,
    word: word(),
    preview: scene(),
    operator: "Nguyễn Thị Hoa",
    regulation: "Quy chế 1095/QĐ-UBND",
    sites,
    log: [],
    undo: null,
    redo: null,
    floor_limit: 2,
    controllers: [],
    rules: [],
    ...change,
  };
}
