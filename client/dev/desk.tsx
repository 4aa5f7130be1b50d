// ?n=48&view=live|joining|lost|engine|closed|empty|refused|fresh|denied shows the desk in that state.
import { useReducer } from "react";
import { createRoot } from "react-dom/client";
import type { Command, DeskSnapshot, Pane, Presence, Source, WallSite } from "../src/api/messages";
import { Desk } from "../src/desk/Desk";
import "../src/desk/desk.css";
import { type DeskMedia, MediaContext, type TalkState } from "../src/desk/media";
import { EMPTY, reduce, type DeskEvent, type DeskState } from "../src/domain/deskstate";
import type { Line } from "../src/domain/wall";
import { Store } from "../src/engine/store";
import "../src/ui/fonts";
import { setLanguage } from "../src/ui/i18n";
import "../src/ui/tokens.css";
import "../src/ui/ui.css";
import roster from "./desk-sites.json";
import { drawRoom, roomTrack, toneTrack } from "./pictures";

const query = new URLSearchParams(location.search);
const view = query.get("view") ?? "live";
const count = Number(query.get("n") ?? 48);
setLanguage(query.get("lang") === "en" ? "en" : "vi");
const ago = (seconds: number): string => new Date(Date.now() - seconds * 1000).toISOString();

type Row = [key: string, name: string, short: string, area: string, technician: string, phone: string];
const rows = roster as unknown as Row[];
const bodies = Math.min(count, Math.max(1, Math.round(count * 0.25)));
const chosen: Row[] =
  count >= rows.length
    ? rows
    : [
        ...rows.slice(0, Math.min(bodies, 29)),
        ...Array.from({ length: count - Math.min(bodies, 29) }, (_, index) => {
          const rest = rows.slice(29);
          return rest[Math.floor((index * rest.length) / (count - Math.min(bodies, 29)))] as Row;
        }),
      ];
const key = (number: number): string => chosen[number - 1]?.[0] ?? "";
const has = (number: number): boolean => number <= count;
const fresh = view === "fresh" || view === "empty";
const at: Record<number, Presence> =
  view === "joining" || count < 30
    ? { 3: "waiting", 7: "absent", 8: "absent" }
    : { 12: "absent", 29: "lost", 34: "absent", 39: "waiting", 47: "absent", 108: "absent", 159: "lost" };

const sites: WallSite[] = chosen.map(([site, name, short_name, area, technician, phone], index) => {
  const number = index + 1;
  const presence = fresh ? "absent" : (at[number] ?? "connected");
  return {
    site,
    number,
    name,
    short_name,
    area,
    host: number === 1,
    listed: number !== 39,
    presence,
    since: ago(presence === "lost" ? 42 : 300),
    waiting_for: presence === "waiting" ? "not_listed" : number === 22 ? "consent_asked" : "",
    reason: "",
    identity: `site:${site}:a`,
    person: presence === "connected" ? "Rơ Ông Hà Liêng" : "",
    unit: presence === "connected" ? "Phó Chủ tịch UBND xã" : "",
    device: presence === "connected" ? "Chrome, Windows" : "",
    asking: "",
    simulated: query.get("drill") === "1",
    technician: { name: technician, phone },
  };
});
const pane = (number: number): Pane => ({
  site: key(number),
  caption: chosen[number - 1]?.[2] ?? "",
  detail: number > 20 ? "Rơ Ông Hà Liêng, Phó Chủ tịch UBND xã" : "",
  source: "camera",
});
const panes = (...numbers: number[]): Pane[] => (fresh ? [] : numbers.filter(has).map(pane));
const small = count < 30;
const asks = small ? [5, 6] : [32, 31, 6, ...(count > 100 ? [85, 143] : [])];

const snapshot: DeskSnapshot = {
  version: 7,
  word: {
    version: 7,
    conference: 1,
    title: query.get("title") ?? "Hội nghị ứng phó mưa lũ tháng 11/2026",
    host_body: "UBND tỉnh Lâm Đồng",
    state: view === "joining" || fresh ? "joining" : view === "closed" ? "closed" : "live",
    drill: query.get("drill") === "1",
    connect_at: ago(6000),
    opening_at: ago(5400),
    opened_at: null,
    host: key(1),
    host_mic_open: true,
    expected: count,
    scene: { layout: "speaker_strip", panes: panes(small ? 4 : 30, 1, 5, 19) },
    preview: [],
    floor: fresh || view === "joining" ? [] : [{ site: key(small ? 4 : 30), caption: pane(small ? 4 : 30).caption, since: ago(134) }],
    queue: fresh ? [] : asks.map((number, index) => ({ site: key(number), caption: pane(number).caption, since: ago(972 - index * 250) })),
    locked: small || fresh ? [] : [key(38)],
    sharing: [],
    audible: [],
  },
  preview: { layout: "speaker_strip", panes: panes(small ? 9 : 24, 1, 5, 19) },
  operator: "Nguyễn Thị Hoa",
  regulation: "Quy chế 1095/QĐ-UBND",
  sites: view === "empty" ? [] : sites,
  log: fresh
    ? []
    : Array.from({ length: 40 }, (_, index) => ({
        id: 100 - index,
        at: ago(20 + index * 67),
        actor: ["Hệ thống", "Hoa", "Hoa", "Sở Xây dựng"][index % 4] ?? "",
        text_vi: [
          "mất kết nối Xã Đạ Huoai 3",
          "trao quyền phát biểu cho Xã Đạ Tẻh",
          "lên hình “Phát biểu + dải”",
          "đăng ký phát biểu",
        ][index % 4] ?? "",
        text_en: "gave the floor to Xã Đạ Tẻh",
        refused: index === 6,
      })),
  undo: fresh ? null : { verb: "give_floor", text_vi: "trao quyền cho Xã Đạ Tẻh", text_en: "give the floor to Xã Đạ Tẻh" },
  redo: view === "refused" ? { verb: "take", text_vi: "lên hình", text_en: "take" } : null,
  floor_limit: 2,
      controllers: [],
  rules: [
    { key: "floor.max_holders", text_vi: "Tối đa 2 điểm cầu có quyền phát biểu cùng lúc. (quy chế không quy định)", text_en: "At most 2 sites have the floor at one time. (not required by the regulation)", clause: "" },
    { key: "control.layout_by", text_vi: "Cán bộ vận hành điểm cầu chủ trì điều khiển khung hình hiển thị và âm thanh.", text_en: "The operator of the host site controls layout and sound.", clause: "LĐ 13.3b" },
    { key: "mic.member_open", text_vi: "Micro mở khi được trao quyền phát biểu.", text_en: "The microphone opens with the floor.", clause: "" },
  ],
};

class FakeMedia implements DeskMedia {
  readonly lostSince = new Store<number | null>(view === "engine" ? Date.now() - 60_000 : null);
  readonly lines = new Store<ReadonlyMap<string, Line>>(
    new Map(sites.map((site) => [site.site, [25, 48, 104, 109].includes(site.number) && !small ? "weak" : "good"])),
  );
  readonly revision = new Store(0);
  readonly talk = new Store<TalkState>("off");
  readonly calling = new Store<readonly string[]>(view === "call" ? [key(9)] : []);
  readonly hearing = new Store<string | null>(null);
  readonly muted = new Store(false);
  readonly soundBlocked = new Store(false);
  private readonly tracks = new Map<string, MediaStreamTrack>();
  private tone: MediaStreamTrack | null = null;
  wish(): void {}
  picture(site: string, source: Source): MediaStreamTrack | null {
    const number = sites.findIndex((entry) => entry.site === site);
    if (source === "screen" || number < 0) return null;
    const known = this.tracks.get(site) ?? roomTrack(number, number > 20);
    this.tracks.set(site, known);
    return known;
  }
  sound(): MediaStreamTrack | null {
    this.tone ??= toneTrack();
    return this.tone;
  }
  heard(): MediaStreamTrack | null {
    return this.sound();
  }
  hear(site: string | null): void {
    this.hearing.set(site);
  }
  mute(muted: boolean): void {
    this.muted.set(muted);
  }
  enableSound(): void {}
  startTalk(): void {
    this.talk.set("on");
  }
  stopTalk(): void {
    this.talk.set("off");
  }
  still(site: string, canvas: HTMLCanvasElement): () => void {
    const number = sites.findIndex((entry) => entry.site === site);
    const draw = (): void => {
      canvas.width = canvas.clientWidth;
      canvas.height = canvas.clientHeight;
      canvas.dataset.drawn = "yes";
      drawRoom(canvas, number, false);
    };
    const watch = new ResizeObserver(draw);
    watch.observe(canvas);
    return () => watch.disconnect();
  }
  packets() {
    return Promise.resolve({ received: performance.now(), lost: performance.now() * 0.004 });
  }
}

const commands: Command[] = [];
Object.assign(window, { commands });
const first: DeskEvent[] = [{ type: "snapshot", snapshot }];
if (view === "lost") first.push({ type: "server_lost", at: Date.now() - 90_000 });
const sent = { id: "1", command: { type: "give_floor" as const, site: key(small ? 9 : 29) } };
if (view === "refused")
  first.push({
    type: "answered",
    sent,
    at: 0,
    result: {
      id: "1",
      outcome: "refused",
      version: 7,
      code: "lost",
      reason_vi: "Chưa trao được quyền: Xã Đạ Huoai 3 mất kết nối.",
      reason_en: "Not given: Xã Đạ Huoai 3 is lost.",
      clause: "LD-12.2a",
    },
  });
const begin: DeskState =
  view === "denied"
    ? reduce(EMPTY, { type: "denied", vi: "Tài khoản này không điều khiển hội nghị.", en: "Not a control operator." })
    : first.reduce(reduce, EMPTY);

const media = new FakeMedia();

function Page() {
  const [state, dispatch] = useReducer(reduce, begin);
  Object.assign(window, { dispatch, snapshot });
  return (
    <MediaContext value={media}>
      <Desk
        state={state}
        send={(command) => void commands.push(command)}
        onNoticeRead={() => dispatch({ type: "notice_read" })}
      />
    </MediaContext>
  );
}

const root = document.getElementById("app");
if (root) createRoot(root).render(<Page />);
