/** Small parts that several panels of the desk use. */
import { type ButtonHTMLAttributes, type ReactNode, useEffect, useState } from "react";
import { duration, elapsed, meterShare } from "../domain/format";
import type { TileState } from "../domain/wall";
import { watchLevel } from "../engine";
import { useNow } from "../ui/Clock";
import { IconDoorExit } from "../ui/icons";
import { Key } from "../ui/Key";
import { Meter } from "../ui/Meter";
import { signShape } from "../ui/StateSign";

/** A button that the mouse does not give the focus to: Enter keeps belonging to the wall. */
export function Press({
  keys,
  icon,
  className,
  children,
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { keys?: string; icon?: ReactNode }) {
  return (
    <button
      type="button"
      onMouseDown={(event) => event.preventDefault()}
      {...rest}
      className={className ? `d-press ${className}` : "d-press"}
    >
      {icon ? (
        <span className="d-press__icon" aria-hidden="true">
          {icon}
        </span>
      ) : null}
      {children === undefined ? null : <span className="d-press__label">{children}</span>}
      {keys ? <Key>{keys}</Key> : null}
    </button>
  );
}

/** "0:42", "12′", "2h": for tiles that have no room for more. */
export function briefDuration(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 10) return duration(milliseconds).slice(1);
  return minutes < 60 ? `${minutes}′` : `${Math.floor(minutes / 60)}h`;
}

/** Time since an instant, ticking by itself so that its surroundings need not. */
export function Since({ at, brief = false }: { at: string; brief?: boolean }) {
  const passed = elapsed(at, useNow());
  return <>{brief ? briefDuration(passed) : duration(passed)}</>;
}

/** One of three bars: a weak line. */
function WeakBars({ size }: { size: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 12 12" fill="currentColor">
      <rect x="0" y="7" width="3" height="5" />
      <rect x="4.5" y="3.5" width="3" height="8.5" opacity="0.45" />
      <rect x="9" y="0" width="3" height="12" opacity="0.45" />
    </svg>
  );
}

/** The shape of a tile's state. */
export function TileShape({ state, size }: { state: TileState; size: number }) {
  return (
    <span className="d-shape" aria-hidden="true">
      {state === "removed" ? (
        <IconDoorExit size={size} stroke={2} />
      ) : state === "weak" ? (
        <WeakBars size={size} />
      ) : (
        signShape(state, size)
      )}
    </span>
  );
}

/** The level of a sound that is received, or the word that there is none. */
export function Level({
  track,
  label,
  none,
  cells = 14,
}: {
  track: MediaStreamTrack | null;
  label: string;
  none: string;
  cells?: number;
}) {
  const [share, setShare] = useState(0);
  useEffect(() => {
    if (track === null) return;
    setShare(0);
    return watchLevel(track, (db) => setShare(meterShare(db)));
  }, [track]);
  if (track === null) return <span className="d-dim">{none}</span>;
  return <Meter value={share} cells={cells} label={label} size="small" />;
}

/** A telephone number that is not broken at the end of a line. */
export function phoneText(phone: string): string {
  return phone.replaceAll(" ", "\u00a0");
}

/** A panel of the desk with its heading. */
export function Panel({
  name,
  title,
  detail,
  aside,
  children,
  zone,
  className,
}: {
  name: string;
  title: string;
  detail?: string;
  aside?: ReactNode;
  children: ReactNode;
  zone?: string;
  className?: string;
}) {
  return (
    <section
      className={`d-panel d-panel--${name}${className ? ` ${className}` : ""}`}
      aria-label={title}
      data-zone={zone}
    >
      <header className="d-panel__head">
        <h2>{title}</h2>
        {detail ? <span className="d-panel__detail">{detail}</span> : null}
        {aside}
      </header>
      {children}
    </section>
  );
}
