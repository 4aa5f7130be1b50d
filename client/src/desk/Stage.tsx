import { useEffect, useLayoutEffect, useRef, useSyncExternalStore } from "react";
import type { Command, DeskSnapshot, Pane, Scene, Word } from "../api/messages";
import { LAYOUTS, placed } from "../domain/scene";
import { holdsFloor } from "../domain/wall";
import { Picture } from "../engine";
import { IconArrowBackUp, IconArrowForwardUp, IconRectangle, IconRectangleFilled } from "../ui/icons";
import { useLanguage, useText } from "../ui/i18n";
import { Key } from "../ui/Key";
import { SceneView } from "../ui/SceneView";
import { useMedia, usePicture } from "./media";
import { Level, Since } from "./parts";
import { TEXT, type TextKey } from "./text";

export interface Act {
  readonly give: (add: boolean) => void;
  readonly takeBack: () => void;
  readonly take: () => void;
  readonly undo: () => void;
  readonly redo: () => void;
  readonly muteAll: () => void;
  readonly send: (command: Command) => void;
}

export interface StageProps {
  readonly snapshot: DeskSnapshot;
  readonly word: Word;
  /** The site that F2 gives the floor to. */
  readonly lead: string | null;
  readonly open: boolean;
  readonly act: Act;
  readonly onHeights: (preview: number, program: number) => void;
}

function PanePicture({ pane }: { pane: Pane }) {
  const track = usePicture(pane.site, pane.source);
  return track ? <Picture track={track} /> : null;
}

const picture = (pane: Pane) => <PanePicture pane={pane} />;

/** The height of an element in px, told whenever it changes. */
function useHeight(tell: (height: number) => void) {
  const frame = useRef<HTMLDivElement>(null);
  const latest = useRef(tell);
  useEffect(() => {
    latest.current = tell;
  });
  useLayoutEffect(() => {
    const element = frame.current;
    if (!element) return;
    const watch = new ResizeObserver(() => latest.current(element.clientHeight));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  return frame;
}

function LayoutShape({ scene }: { scene: Scene }) {
  return (
    <svg viewBox="0 0 32 18" aria-hidden="true">
      {placed(scene).map(({ rect, index }) => (
        <rect
          key={index}
          x={rect.x * 32 + 0.5}
          y={rect.y * 18 + 0.5}
          width={rect.width * 32 - 1}
          height={rect.height * 18 - 1}
        />
      ))}
    </svg>
  );
}

export function siteName(snapshot: DeskSnapshot, site: string): string {
  return snapshot.sites.find((entry) => entry.site === site)?.name ?? site;
}

/** The level of what is heard of the speaker. */
function ProgramLevel({ identity, site }: { identity: string; site: string }) {
  const t = useText(TEXT);
  const media = useMedia();
  const track = useSyncExternalStore(media.revision.subscribe, () => media.sound(identity));
  return (
    <span className="d-monitor__level">
      <Level track={track} label={t("level", { site })} none="" cells={12} />
    </span>
  );
}

export function Stage({ snapshot, word, lead, open, act, onHeights }: StageProps) {
  const t = useText(TEXT);
  const language = useLanguage();
  const heights = useRef({ preview: 315, program: 315 });
  const preview = useHeight((height) => {
    heights.current.preview = height;
    onHeights(height, heights.current.program);
  });
  const program = useHeight((height) => {
    heights.current.program = height;
    onHeights(heights.current.preview, height);
  });
  const watermark = word.drill ? t("drill") : undefined;
  const holder = word.floor[0] ?? null;
  const text = (label: { text_vi: string; text_en: string } | null): string =>
    label === null ? t("undo_none") : language === "en" ? label.text_en : label.text_vi;
  const layoutName = (scene: Scene): string => t(`layout_${scene.layout}` as TextKey);
  const mayAdd =
    holder !== null && lead !== null && !holdsFloor(word, lead) && snapshot.floor_limit > 1;
  const speaker = snapshot.sites.find((site) => site.site === holder?.site);

  return (
    <section className="d-stage" data-zone="stage" aria-label={t("program")}>
      <div className="d-monitor d-monitor--preview" data-testid="preview">
        <header>
          <IconRectangle size={15} stroke={2.5} aria-hidden="true" />
          <h2>{t("preview")}</h2>
          <span>{layoutName(snapshot.preview)}</span>
        </header>
        <div className="d-monitor__frame" ref={preview}>
          <SceneView
            scene={snapshot.preview}
            picture={picture}
            watermark={watermark}
            empty={t("preview_empty")}
            label={t("preview_scene")}
          />
        </div>
      </div>
      <div className="d-takes">
        <button
          type="button"
          className="d-take"
          data-testid="take"
          disabled={!open || snapshot.preview.panes.length + word.scene.panes.length === 0}
          onMouseDown={(event) => event.preventDefault()}
          onClick={act.take}
        >
          <svg viewBox="0 0 24 24" width="26" height="26" aria-hidden="true" fill="currentColor">
            <path d="M3 5v14l9-7zM12 5v14l9-7z" />
          </svg>
          <strong>{t("take")}</strong>
          <span>{t("take_detail")}</span>
          <Key>F9</Key>
        </button>
        <button
          type="button"
          className="d-undo"
          data-testid="undo"
          disabled={!open || snapshot.undo === null}
          onMouseDown={(event) => event.preventDefault()}
          onClick={act.undo}
        >
          <IconArrowBackUp size={16} aria-hidden="true" />
          <strong>{t("undo")}</strong>
          <span className="d-undo__label">{text(snapshot.undo)}</span>
          <Key>F8</Key>
        </button>
        {snapshot.redo !== null ? (
          <button
            type="button"
            className="d-undo d-undo--redo"
            data-testid="redo"
            disabled={!open}
            title={text(snapshot.redo)}
            onMouseDown={(event) => event.preventDefault()}
            onClick={act.redo}
          >
            <IconArrowForwardUp size={14} aria-hidden="true" />
            <strong>{t("redo")}</strong>
            <Key>⇧F8</Key>
          </button>
        ) : null}
      </div>
      <div className="d-monitor d-monitor--program" data-testid="program">
        <header>
          <IconRectangleFilled size={15} aria-hidden="true" />
          <h2>{t("program")}</h2>
          <span>
            {layoutName(word.scene)}
            {holder !== null ? (
              <>
                {" · "}
                <Since at={holder.since} />
              </>
            ) : null}
          </span>
          {speaker ? <ProgramLevel identity={speaker.identity} site={speaker.short_name} /> : null}
        </header>
        <div className="d-monitor__frame" ref={program}>
          <SceneView
            scene={word.scene}
            picture={picture}
            watermark={watermark}
            empty={t("program_empty")}
            label={t("program_scene")}
          />
        </div>
      </div>
      <div className="d-orders">
      <div className="d-layouts" role="group" aria-label={t("k_layouts")}>
        {LAYOUTS.map((layout, index) => (
          <button
            key={layout}
            type="button"
            className={snapshot.preview.layout === layout ? "d-layout is-on" : "d-layout"}
            aria-pressed={snapshot.preview.layout === layout}
            data-testid={`layout-${layout}`}
            disabled={!open}
            title={t(`layout_${layout}` as TextKey)}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => act.send({ type: "set_preview", layout })}
          >
            <span className="d-layout__top">
              <LayoutShape scene={{ layout, panes: [] }} />
              <Key>⇧{index + 1}</Key>
            </span>
            <span className="d-layout__name">{t(`layout_${layout}` as TextKey)}</span>
          </button>
        ))}
      </div>
      <div className="d-floor">
        <button
          type="button"
          className="d-order d-order--give"
          data-testid="give-floor"
          disabled={!open || lead === null}
          onMouseDown={(event) => event.preventDefault()}
          onClick={(event) => act.give(event.ctrlKey)}
        >
          <strong>
            <span className="d-wide">{t("give")}</span>
            <span className="d-slim">{t("give_short")}</span>
          </strong>
          <span>
            {lead === null ? t("give_none") : t("give_detail", { site: siteName(snapshot, lead) })}
          </span>
          <Key>F2</Key>
        </button>
        {mayAdd ? (
          <button
            type="button"
            className="d-order d-order--add"
            data-testid="add-speaker"
            disabled={!open || word.floor.length >= snapshot.floor_limit}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => act.give(true)}
          >
            <strong>
              <span className="d-wide">{t("add_speaker")}</span>
              <span className="d-slim">{t("add_speaker_short")}</span>
            </strong>
            <span>{t("add_detail", { site: siteName(snapshot, holder.site) })}</span>
            <Key>Ctrl F2</Key>
          </button>
        ) : null}
        <button
          type="button"
          className="d-order d-order--back"
          data-testid="take-back"
          disabled={!open || holder === null}
          onMouseDown={(event) => event.preventDefault()}
          onClick={act.takeBack}
        >
          <strong>{t("take_back")}</strong>
          <span>
            {holder === null
              ? t("take_back_none")
              : t("take_back_detail", { site: siteName(snapshot, holder.site) })}
          </span>
          <Key>⇧F2</Key>
        </button>
        <button
          type="button"
          className="d-order"
          data-testid="mute-all"
          disabled={!open}
          onMouseDown={(event) => event.preventDefault()}
          onClick={act.muteAll}
        >
          <strong>
            <span className="d-wide">{t("mute_all")}</span>
            <span className="d-slim">{t("mute_all_short")}</span>
          </strong>
          <span>{t("mute_all_detail")}</span>
          <Key>F4</Key>
        </button>
      </div>
      </div>
    </section>
  );
}
