/** The control desk: monitors, wall, floor, alarms, log; every act has a key. */
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { Command, LogLine } from "../api/messages";
import { alarms as alarmsOf, newCritical, toAcknowledge, type Alarm } from "../domain/alarms";
import { commandsOpen, leadOf, presence, wordOf, type DeskState, type Notice } from "../domain/deskstate";
import { hourMinute } from "../domain/format";
import { keyAct, type Focus, type KeyAct, type KeyLike } from "../domain/keys";
import { find } from "../domain/search";
import {
  admissible,
  counts,
  deskMode,
  FILTERS,
  keepTiles,
  numberLabel,
  passes,
  siteWithNumber,
  step,
  wallTiles,
  type DeskMode,
  type Filter,
  type Tile,
  type WallPlan,
} from "../domain/wall";
import { useStore } from "../engine";
import { IconSearch } from "../ui/icons";
import { translate, useLanguage, useText } from "../ui/i18n";
import { chime } from "./chime";
import { Head } from "./Head";
import { useMedia } from "./media";
import { ClosePanel, KeyListPanel, KeyStrip, LinkPanel, RemovePanel } from "./Panels";
import { Press, TileShape } from "./parts";
import { Selected } from "./Selected";
import { Alarms, alarmCounts, Log, Microphones, openMicrophones, Queue, type SideProps } from "./Side";
import { siteName, Stage, type Act } from "./Stage";
import { TEXT, type TextKey } from "./text";
import { Wall } from "./Wall";
import { clauseLabel, moveInZone, moveZone } from "./zones";

export interface DeskProps {
  readonly state: DeskState;
  readonly send: (command: Command) => void;
  readonly onNoticeRead: () => void;
  /** The role of who sits here; null while it is not known. The control centre's if left out. */
  readonly role?: string | null;
}

const CONTROL_OPERATOR = "control_operator";

type Panel = "remove" | "close" | "link" | "keys";
type Tab = "alarms" | "mics" | "log";

/** From this width every button shows its full label. */
const ROOMY_WIDTH = 1800;
const DIGITS_MS = 1000;
const NOTICE_MS = 15_000;
const FOUND_SHOWN = 8;
/** Acts that an open panel keeps for itself. */
const BEHIND_PANEL: ReadonlySet<KeyAct["act"]> = new Set([
  "digit",
  "step",
  "enter",
  "admit",
  "remove",
  "zone",
  "layout",
  "find",
]);

function useWidth(): number {
  const [width, setWidth] = useState(window.innerWidth);
  useEffect(() => {
    const read = (): void => setWidth(window.innerWidth);
    window.addEventListener("resize", read);
    return () => window.removeEventListener("resize", read);
  }, []);
  return width;
}

function focusOf(target: EventTarget | null): Focus {
  if (!(target instanceof HTMLElement)) return "wall";
  if (target.matches("input, textarea, select, [contenteditable]")) return "text";
  return target.matches("button, a[href], summary") ? "control" : "wall";
}

function focusTile(site: string): void {
  requestAnimationFrame(() => {
    const tile = document.getElementById(`tile-${site}`);
    tile?.focus({ preventScroll: true });
    tile?.scrollIntoView({ block: "nearest" });
  });
}

/** What the last command came to, in words. */
function useNoticeText(state: DeskState, hint: TextKey | null, digits: string): string {
  const language = useLanguage();
  const t = useText(TEXT);
  const snapshot = state.snapshot;
  const said = (command: Command): string =>
    t(`c_${command.type}` as TextKey, {
      site: snapshot && "site" in command ? siteName(snapshot, command.site) : "",
    });
  const of = (notice: Notice): string => {
    const own = language === "en" ? notice.text_en : notice.text_vi;
    const clause = notice.clause === "" ? "" : ` (${clauseLabel(notice.clause)})`;
    switch (notice.kind) {
      case "was_done":
        return t("n_was_done", { act: said(notice.command) });
      case "not_done":
        return t("n_not_done", { act: said(notice.command) });
      default:
        return (own || t("n_refused", { act: said(notice.command) })) + clause;
    }
  };
  const unclear = state.unclear[0];
  if (hint !== null) return t(hint, { digits });
  if (state.notice !== null) return of(state.notice);
  return unclear === undefined ? "" : t("n_asking", { act: said(unclear.command) });
}

export function Desk(props: DeskProps) {
  const { state } = props;
  const t = useText(TEXT);
  const language = useLanguage();
  if (state.denied !== null && state.snapshot === null)
    return (
      <main className="d-card">
        <h1>{t("denied")}</h1>
        <p>{(language === "en" ? state.denied.en : state.denied.vi) || t("denied_help")}</p>
        <a href="/">{t("denied_home")}</a>
      </main>
    );
  if (state.snapshot === null)
    return (
      <main className="d-card" aria-busy="true">
        {state.lostSince === null ? (
          <p>{t("loading")}</p>
        ) : (
          <p className="d-band" data-testid="server-lost" role="alert">
            {t("server_lost", { time: hourMinute(state.lostSince) })}
          </p>
        )}
      </main>
    );
  return <Console {...props} />;
}

function Console({ state, send: sendCommand, onNoticeRead, role = CONTROL_OPERATOR }: DeskProps) {
  const t = useText(TEXT);
  const language = useLanguage();
  const centre = role === CONTROL_OPERATOR;
  const media = useMedia();
  const lines = useStore(media.lines);
  const lostEngine = useStore(media.lostSince);
  const calling = useStore(media.calling);
  const hearing = useStore(media.hearing);
  const talk = useStore(media.talk);
  const width = useWidth();
  const word = wordOf(state);
  const snapshot = state.snapshot;
  if (snapshot === null || word === null) throw new Error("The console needs a snapshot");

  const [selected, setSelected] = useState<string | null>(null);
  const [filter, setFilter] = useState<Filter>("all");
  const [query, setQuery] = useState<string | null>(null);
  const [choice, setChoice] = useState(0);
  const [digits, setDigits] = useState("");
  const [unknown, setUnknown] = useState("");
  const [hint, setHint] = useState<TextKey | null>(null);
  const [panel, setPanel] = useState<Panel | null>(null);
  const [tab, setTab] = useState<Tab>("alarms");
  const [spoken, setSpoken] = useState<Alarm | null>(null);
  const [taken, setTaken] = useState<ReadonlySet<string>>(new Set());
  const [heights, setHeights] = useState({ preview: 315, program: 315 });
  const plan = useRef<{ plan: WallPlan; page: number } | null>(null);
  const searchField = useRef<HTMLInputElement>(null);

  const mode = deskMode(width, snapshot.sites.length);
  const open = commandsOpen(state);

  // ------------------------------------------------------------ what is shown
  const kept = useRef<readonly Tile[]>([]);
  const tiles = useMemo(() => {
    kept.current = keepTiles(kept.current, wallTiles(snapshot, word, lines));
    return kept.current;
  }, [snapshot, word, lines]);
  const number = useMemo(() => counts(tiles), [tiles]);
  const alarms = useMemo(
    () => alarmsOf(snapshot, word, lines, taken),
    [snapshot, word, lines, taken],
  );
  const found = useMemo(
    () => (query === null || query.trim() === "" ? null : find(query, snapshot.sites)),
    [query, snapshot.sites],
  );
  const shown = useMemo(
    () => (found === null ? null : new Set(found.map((site) => site.site))),
    [found],
  );
  const dim = useCallback(
    (tile: Tile) => !passes(tile, filter) || (shown !== null && !shown.has(tile.site)),
    [filter, shown],
  );
  const site = snapshot.sites.find((entry) => entry.site === selected) ?? null;
  const tile = tiles.find((entry) => entry.site === selected) ?? null;

  // ------------------------------------------------------------ pictures and sound
  useEffect(() => {
    if (word.state === "closed") return;
    media.wish({
      word,
      preview: snapshot.preview,
      previewHeight: heights.preview,
      programHeight: heights.program,
      stills: mode === "pictures",
    });
  }, [media, word, snapshot.preview, heights, mode]);
  useEffect(() => {
    if (hearing === null) return;
    if (word.state === "joining") {
      // The microphone test follows the selection.
      if (selected !== null && selected !== hearing) media.hear(selected);
    } else if (!calling.includes(hearing)) media.hear(null);
  }, [media, hearing, selected, calling, word.state]);

  useEffect(() => {
    if (talk === "refused") setHint("talk_refused");
    if (talk === "away") setHint("talk_away");
  }, [talk]);

  const sounded = useRef<readonly Alarm[]>(alarms);
  useEffect(() => {
    const fresh = newCritical(sounded.current, alarms)[0];
    if (fresh !== undefined) {
      setTab("alarms");
      setSpoken(fresh);
      chime();
    }
    sounded.current = alarms;
  }, [alarms]);

  // ------------------------------------------------------------ acts
  const send = useCallback(
    (command: Command) => {
      if (!open) {
        setHint(
          state.lostSince !== null ? "n_no_server" : state.denied !== null ? "n_denied" : null,
        );
        return;
      }
      setHint(null);
      sendCommand(command);
    },
    [open, sendCommand, state.lostSince, state.denied],
  );
  const select = useCallback((key: string) => {
    setSelected(key);
    focusTile(key);
  }, []);
  const toPreview = useCallback(
    (key: string | null) => {
      if (key === null) setHint("n_choose");
      else send({ type: "set_preview", lead: key });
    },
    [send],
  );
  // Not what the snapshot still shows: F2 right after Enter is meant for the site just chosen.
  const lead = leadOf(state);
  const act: Act = {
    send,
    give: (add) =>
      lead === null ? setHint("n_no_lead") : send({ type: "give_floor", site: lead, add }),
    takeBack: () => {
      const holder = word.floor[0];
      if (holder === undefined) setHint("n_no_holder");
      else send({ type: "take_back_floor", site: holder.site });
    },
    take: () => send({ type: "take" }),
    undo: () => (snapshot.undo === null ? setHint("n_no_undo") : send({ type: "undo" })),
    redo: () => (snapshot.redo === null ? setHint("n_no_redo") : send({ type: "redo" })),
    muteAll: () => send({ type: "mute_all" }),
  };
  const onSelected = (then: (key: string) => void): void => {
    if (selected === null) setHint("n_choose");
    else then(selected);
  };
  const lock = (): void =>
    onSelected((key) => {
      if (key === word.host) setHint("n_host_mic");
      else send({ type: "lock_mic", site: key, locked: !word.locked.includes(key) });
    });
  const acknowledge = (alarm: Alarm | null): void => {
    if (alarm !== null) setTaken((was) => new Set([...was, alarm.key]));
  };
  const selectNumber = (typed: string): void => {
    setDigits("");
    const key = siteWithNumber(tiles, typed);
    if (key === null) {
      setUnknown(typed);
      setHint("number_unknown");
    } else {
      setHint(null);
      select(key);
    }
  };
  const closeFind = (): void => {
    setQuery(null);
    setChoice(0);
    if (selected !== null) focusTile(selected);
  };

  useEffect(() => {
    if (digits === "") return;
    const timer = setTimeout(() => latest.current.selectNumber(digits), DIGITS_MS);
    return () => clearTimeout(timer);
  }, [digits]);
  useEffect(() => {
    if (state.notice === null && hint === null) return;
    const timer = setTimeout(() => {
      setHint(null);
      if (state.notice?.kind === "refused") onNoticeRead();
    }, NOTICE_MS);
    return () => clearTimeout(timer);
  }, [state.notice, hint, onNoticeRead]);
  useEffect(() => {
    if (query !== null) searchField.current?.focus();
  }, [query === null]);

  // ------------------------------------------------------------ keys
  const run = (key: KeyAct, event: KeyboardEvent): boolean => {
    if (panel !== null && BEHIND_PANEL.has(key.act)) return false;
    switch (key.act) {
      case "key_list":
        setPanel((was) => (was === "keys" ? null : "keys"));
        return true;
      case "give_floor":
        act.give(key.add);
        return true;
      case "take_back_floor":
        act.takeBack();
        return true;
      case "find":
        setQuery((was) => was ?? "");
        searchField.current?.focus();
        return true;
      case "admit_all":
        send({ type: "admit_all" });
        return true;
      case "mute_all":
        act.muteAll();
        return true;
      case "lock_mic":
        lock();
        return true;
      case "undo":
        act.undo();
        return true;
      case "redo":
        act.redo();
        return true;
      case "take":
        act.take();
        return true;
      case "layout":
        send({ type: "set_preview", layout: key.layout });
        return true;
      case "digit":
        setDigits((was) => (was + key.digit).slice(-3));
        return true;
      case "step": {
        if (moveInZone(key.step)) return true;
        if (plan.current === null) return false;
        const allowed = (entry: string): boolean => {
          const known = tiles.find((one) => one.site === entry);
          return known !== undefined && !dim(known);
        };
        const next = step(plan.current.plan, selected, key.step, plan.current.page, allowed);
        if (next !== null) select(next);
        return true;
      }
      case "enter":
        if (digits !== "") selectNumber(digits);
        else toPreview(selected);
        return true;
      case "admit":
        onSelected((entry) => send({ type: "admit", site: entry }));
        return true;
      case "remove":
        onSelected(() => setPanel("remove"));
        return true;
      case "talk_start":
        media.startTalk();
        return true;
      case "talk_stop":
        media.stopTalk();
        return true;
      case "acknowledge":
        acknowledge(toAcknowledge(alarms));
        return true;
      case "escape":
        if (panel !== null) setPanel(null);
        else if (query !== null) closeFind();
        else if (digits !== "") setDigits("");
        else if (state.notice !== null || hint !== null) {
          setHint(null);
          onNoticeRead();
        } else if (filter !== "all") setFilter("all");
        else return false;
        return true;
      case "zone":
        return moveZone(event);
    }
  };
  const latest = useRef({ run, selectNumber, digits });
  latest.current = { run, selectNumber, digits };
  const usable = mode !== "narrow" && word.state !== "closed";
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const typing = latest.current.digits !== "";
      const focus = focusOf(event.target);
      const key = keyAct(event as KeyLike, typing && focus === "control" ? "wall" : focus);
      if (key === null) return;
      if (!usable && !["step", "digit", "find", "escape", "zone"].includes(key.act)) return;
      if (latest.current.run(key, event)) event.preventDefault();
    };
    const quiet = (): void => media.stopTalk();
    // A press beside a text field leaves the field, or the next digits would go into it.
    const leave = (event: PointerEvent): void => {
      const field = document.activeElement;
      const target = event.target instanceof Element ? event.target : null;
      if (!(field instanceof HTMLInputElement) || target?.closest("[role=dialog], form")) return;
      if (target !== field && target?.closest(".d-find") === null) field.blur();
    };
    window.addEventListener("pointerdown", leave, true);
    window.addEventListener("keydown", onKey);
    window.addEventListener("keyup", onKey);
    window.addEventListener("blur", quiet);
    return () => {
      window.removeEventListener("keydown", onKey);
      window.removeEventListener("keyup", onKey);
      window.removeEventListener("blur", quiet);
      window.removeEventListener("pointerdown", leave, true);
    };
  }, [media, usable]);

  const onPlan = useCallback((next: WallPlan, page: number) => {
    plan.current = { plan: next, page };
  }, []);
  const onHeights = useCallback(
    (preview: number, program: number) => setHeights({ preview, program }),
    [],
  );

  // ------------------------------------------------------------ the screen
  const noticeText = useNoticeText(state, hint, unknown);
  const side: SideProps = { snapshot, word, open, centre, send, select };
  const wall = (
    <section className="d-panel d-wall" aria-label={t("wall")}>
      <header className="d-wall__head" data-zone="filters">
        <h2>
          <span className="d-wide">{t("wall")}</span>
          <span className="d-slim">{t("wall_short")}</span>
        </h2>
        <span className="d-panel__detail d-wide">{t("wall_count", { count: tiles.length })}</span>
        <div className="d-filters" role="group" aria-label={t("wall")}>
          {FILTERS.map((entry) => (
            <button
              key={entry}
              type="button"
              className={`d-filter d-filter--${entry}${filter === entry ? " is-on" : ""}${number[entry] === 0 ? " is-empty" : ""}`}
              aria-pressed={filter === entry}
              data-testid={`filter-${entry}`}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => setFilter(filter === entry ? "all" : entry)}
            >
              {entry === "all" ? null : (
                <TileShape state={entry} size={12} />
              )}
              {entry === "connected" ? (
                <>
                  <span className="d-wide">{t("filter_connected")}</span>
                  <span className="d-slim">{t("filter_connected_short")}</span>
                </>
              ) : (
                t(`filter_${entry}`)
              )}{" "}
              <b>{number[entry]}</b>
            </button>
          ))}
        </div>
        {admissible(snapshot.sites).length > 0 && mode !== "narrow" ? (
          <Press className="d-press--go" keys="⇧F3" disabled={!open} data-testid="admit-all" onClick={() => send({ type: "admit_all" })}>
            <span className="d-wide">{t("admit_all")}</span>
            <span className="d-slim">{t("admit_all_short")}</span>
          </Press>
        ) : null}
        <div className="d-find">
          {digits !== "" ? (
            <output className="d-digits" data-testid="digits">
              {t("number_typed", { digits: `${digits}_` })}
            </output>
          ) : null}
          {query === null ? (
            <Press icon={<IconSearch size={15} />} keys="F3" data-testid="find" onClick={() => setQuery("")}>
              <span className="d-wide">{t("find")}</span>
              <span className="d-slim">{t("find_short")}</span>
            </Press>
          ) : (
            <>
              <input
                ref={searchField}
                type="search"
                className="d-find__field"
                data-testid="search"
                value={query}
                placeholder={t("find_hint")}
                aria-label={t("find")}
                autoComplete="off"
                spellCheck={false}
                onChange={(event) => {
                  setQuery(event.target.value);
                  setChoice(0);
                }}
                onKeyDown={(event) => {
                  if (event.nativeEvent.isComposing || event.keyCode === 229) return;
                  const last = Math.min(found?.length ?? 0, FOUND_SHOWN) - 1;
                  if (event.code === "ArrowDown") setChoice((was) => Math.min(last, was + 1));
                  else if (event.code === "ArrowUp") setChoice((was) => Math.max(0, was - 1));
                  else if (/^(Numpad)?Enter$/.test(event.code) && !event.ctrlKey) {
                    const pick = found?.[choice];
                    if (pick) {
                      setQuery(null);
                      setChoice(0);
                      select(pick.site);
                    }
                  } else return;
                  event.preventDefault();
                }}
                onBlur={() => {
                  if (query.trim() === "") setQuery(null);
                }}
              />
              {found !== null ? (
                <ul className="d-found" role="listbox" aria-label={t("find")}>
                  {found.slice(0, FOUND_SHOWN).map((entry, index) => (
                    <li
                      key={entry.site}
                      role="option"
                      aria-selected={index === choice}
                      className={index === choice ? "is-on" : undefined}
                      onMouseDown={(event) => {
                        event.preventDefault();
                        setQuery(null);
                        select(entry.site);
                      }}
                    >
                      <b>{numberLabel(entry.number, tiles.length)}</b> {entry.name}
                      <span>{entry.area}</span>
                    </li>
                  ))}
                  {found.length === 0 ? <li className="d-dim">{t("find_none", { query })}</li> : null}
                </ul>
              ) : null}
            </>
          )}
        </div>
        <div
          className={noticeText === "" ? "d-notice is-empty" : "d-notice"}
          role="status"
          aria-live="polite"
          data-testid="notice"
        >
          <span>{noticeText}</span>
          {noticeText !== "" ? (
            <Press
              keys="Esc"
              onClick={() => {
                setHint(null);
                onNoticeRead();
              }}
            >
              {t("n_read")}
            </Press>
          ) : null}
        </div>
      </header>
      <Wall
        mode={mode}
        tiles={tiles}
        selected={selected}
        dim={dim}
        onSelect={select}
        onPreview={toPreview}
        onPlan={onPlan}
      />
      <Selected
        site={site}
        tile={tile}
        word={word}
        count={tiles.length}
        open={open && mode !== "narrow"}
        bare={mode === "narrow" || word.state === "closed"}
        send={send}
        preview={() => toPreview(selected)}
        lock={lock}
        remove={() => setPanel("remove")}
        controls={centre && site !== null ? snapshot.controllers.includes(site.site) : null}
        link={centre ? () => setPanel("link") : null}
      />
    </section>
  );
  return (
    <div
      className={`d-desk d-desk--${mode}${width < ROOMY_WIDTH && mode !== "narrow" ? " d-compact" : ""}`}
      data-mode={mode}
    >
      <Head
        snapshot={snapshot}
        word={word}
        open={open}
        bare={mode === "narrow"}
        role={role}
        send={send}
        onEnd={() => setPanel("close")}
      />
      {mode === "narrow" ? <p className="d-band d-band--quiet">{t("narrow")}</p> : null}
      <main className="d-main">
        {mode === "narrow" ? null : (
          <>
            <Stage snapshot={snapshot} word={word} lead={lead} open={open} act={act} onHeights={onHeights} />
            <div className="d-side d-side--one">
              <Queue {...side} />
              {mode === "laptop" ? null : <Microphones {...side} />}
            </div>
          </>
        )}
        {wall}
        {mode === "narrow" ? null : (
          <div className="d-side d-side--two">
            <SideTwo
              mode={mode}
              tab={tab}
              setTab={setTab}
              side={side}
              alarms={alarms}
              calling={word.state === "joining" ? [] : calling}
              acknowledge={acknowledge}
              showWeak={() => setFilter("weak")}
              admitAll={() => send({ type: "admit_all" })}
            />
          </div>
        )}
      </main>
      <p className="visually-hidden" role="alert">
        {spoken === null ? "" : `${spoken.number} ${spoken.name}: ${t(`a_${spoken.kind}` as TextKey)}`}
      </p>
      <div className="d-foot">
        {mode === "narrow" ? null : <KeyStrip />}
        <div className="d-bands" aria-live="assertive">
          {state.lostSince !== null ? (
            <p className="d-band" data-testid="server-lost">
              {t("server_lost", { time: hourMinute(state.lostSince) })}
            </p>
          ) : null}
          {state.denied !== null ? (
            <p className="d-band" data-testid="denied">
              <span>
                {t("denied_band", {
                  reason:
                    (language === "en" ? state.denied.en : state.denied.vi) || t("denied_help"),
                })}{" "}
                <a href="/">{t("denied_home")}</a>
              </span>
            </p>
          ) : null}
          {lostEngine !== null && state.denied === null && word.state !== "closed" ? (
            <p className="d-band" data-testid="engine-lost">
              {t("engine_lost", { time: hourMinute(lostEngine) })}
            </p>
          ) : null}
          {word.state === "closed" ? (
            <p className="d-band d-band--quiet" data-testid="closed">
              {t("closed_band")}
            </p>
          ) : null}
        </div>
      </div>
      {panel === "keys" ? <KeyListPanel rules={snapshot.rules} onClose={() => setPanel(null)} /> : null}
      {panel === "remove" && site !== null ? (
        <RemovePanel
          site={site}
          onNo={() => setPanel(null)}
          onYes={(reason) => {
            setPanel(null);
            send({ type: "remove", site: site.site, reason });
          }}
        />
      ) : null}
      {panel === "link" && centre && site !== null ? (
        <LinkPanel site={site} onClose={() => setPanel(null)} />
      ) : null}
      {panel === "close" ? (
        <ClosePanel
          title={word.title}
          present={presence(snapshot).present}
          onNo={() => setPanel(null)}
          onYes={(reason) => {
            setPanel(null);
            send({ type: "close", reason });
          }}
        />
      ) : null}
    </div>
  );
}

interface SideTwoProps {
  readonly mode: DeskMode;
  readonly tab: Tab;
  readonly setTab: (tab: Tab) => void;
  readonly side: SideProps;
  readonly alarms: readonly Alarm[];
  readonly calling: readonly string[];
  readonly acknowledge: (alarm: Alarm | null) => void;
  readonly showWeak: () => void;
  readonly admitAll: () => void;
}

function SideTwo({ mode, tab, setTab, side, ...rest }: SideTwoProps) {
  const t = useText(TEXT);
  const list = (
    <Alarms {...side} {...rest} />
  );
  if (mode === "pictures")
    return (
      <>
        {list}
        <Log log={side.snapshot.log} />
      </>
    );
  const tabs: readonly Tab[] = mode === "laptop" ? ["alarms", "mics", "log"] : ["alarms", "log"];
  const { critical, others } = alarmCounts(rest.alarms);
  const number: Record<Tab, number> = {
    alarms: critical || others,
    mics: openMicrophones(side.snapshot, side.word).length,
    log: 0,
  };
  const newest = side.snapshot.log.reduce<(typeof side.snapshot.log)[number] | null>(
    (last, line) => (last === null || line.id > last.id ? line : last),
    null,
  );
  return (
    <div className="d-tabs">
      <div role="tablist" className="d-tabs__head" data-zone="tabs">
        {tabs.map((entry) => (
          <button
            key={entry}
            type="button"
            role="tab"
            aria-selected={tab === entry}
            className={tab === entry ? "is-on" : undefined}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => setTab(entry)}
          >
            {t(entry === "mics" ? "mics_short" : entry)}
            {number[entry] > 0 ? (
              <b className={entry === "alarms" && critical > 0 ? "is-critical" : undefined}>
                {number[entry]}
              </b>
            ) : null}
          </button>
        ))}
      </div>
      {tab === "log" ? <Log log={side.snapshot.log} /> : null}
      {tab === "mics" && mode === "laptop" ? <Microphones {...side} /> : null}
      {tab === "alarms" || (tab === "mics" && mode !== "laptop") ? list : null}
      {mode === "areas" && tab !== "log" && newest ? <LastLine line={newest} onOpen={() => setTab("log")} /> : null}
    </div>
  );
}

function LastLine({ line, onOpen }: { line: LogLine; onOpen: () => void }) {
  const language = useLanguage();
  return (
    <button
      type="button"
      className="d-lastline"
      title={translate(TEXT, "log", undefined, language)}
      onMouseDown={(event) => event.preventDefault()}
      onClick={onOpen}
    >
      <time>{hourMinute(line.at)}</time> <b>{line.actor}</b>{" "}
      {language === "en" ? line.text_en : line.text_vi}
    </button>
  );
}
