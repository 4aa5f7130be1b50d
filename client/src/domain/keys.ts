/**
 * The desk's keys. Read by `event.code`, so that Telex, Unikey and other layouts change nothing;
 * no letters, because an input method delays or composes them.
 */
import type { Layout } from "../api/messages";
import { LAYOUTS } from "./scene";
import type { Step } from "./wall";

export type KeyAct =
  | { act: "key_list" }
  | { act: "give_floor"; add: boolean }
  | { act: "take_back_floor" }
  | { act: "find" }
  | { act: "admit_all" }
  | { act: "mute_all" }
  | { act: "lock_mic" }
  | { act: "undo" }
  | { act: "redo" }
  | { act: "take" }
  | { act: "layout"; layout: Layout }
  | { act: "digit"; digit: string }
  | { act: "step"; step: Step }
  | { act: "enter" }
  | { act: "admit" }
  | { act: "remove" }
  | { act: "talk_start" }
  | { act: "talk_stop" }
  | { act: "acknowledge" }
  | { act: "escape" }
  | { act: "zone"; back: boolean };

/** What of a keyboard event decides. */
export interface KeyLike {
  readonly type: "keydown" | "keyup";
  readonly code: string;
  readonly shiftKey: boolean;
  readonly ctrlKey: boolean;
  readonly altKey: boolean;
  readonly metaKey: boolean;
  readonly repeat: boolean;
  readonly isComposing: boolean;
  readonly keyCode: number;
}

/** Where the focus is when the key comes. */
export type Focus = "wall" | "control" | "text";

const STEPS: Readonly<Record<string, Step>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  PageUp: "page_up",
  PageDown: "page_down",
  Home: "home",
  End: "end",
};

const COMPOSING = 229;

/** The act of a key, or null when the key is not the desk's. */
export function keyAct(event: KeyLike, focus: Focus): KeyAct | null {
  if (event.code === "Insert" && event.type === "keyup") return { act: "talk_stop" };
  if (event.type === "keyup" || event.isComposing || event.keyCode === COMPOSING) return null;
  if (event.altKey || event.metaKey) return null;
  return functionKey(event) ?? (focus === "text" ? textKey(event) : freeKey(event, focus));
}

/** Keys that work everywhere, text fields included. */
function functionKey(event: KeyLike): KeyAct | null {
  const { code, shiftKey: shift, ctrlKey: ctrl, repeat } = event;
  if (code === "Insert" && !shift && !ctrl) return repeat ? null : { act: "talk_start" };
  if (code === "Enter" || code === "NumpadEnter")
    return ctrl && !shift && !repeat ? { act: "acknowledge" } : null;
  if (code === "Escape") return { act: "escape" };
  if (repeat || !/^F\d+$/.test(code)) return null;
  if (ctrl) return code === "F2" && !shift ? { act: "give_floor", add: true } : null;
  switch (code) {
    case "F1":
      return shift ? null : { act: "key_list" };
    case "F2":
      return shift ? { act: "take_back_floor" } : { act: "give_floor", add: false };
    case "F3":
      return shift ? { act: "admit_all" } : { act: "find" };
    case "F4":
      return shift ? { act: "lock_mic" } : { act: "mute_all" };
    case "F8":
      return shift ? { act: "redo" } : { act: "undo" };
    case "F9":
      return shift ? null : { act: "take" };
    default:
      return null;
  }
}

function textKey(event: KeyLike): KeyAct | null {
  return event.code === "Tab" && !event.ctrlKey ? { act: "zone", back: event.shiftKey } : null;
}

function freeKey(event: KeyLike, focus: Focus): KeyAct | null {
  const { code, shiftKey: shift, ctrlKey: ctrl, repeat } = event;
  if (ctrl) return null;
  if (code === "Tab") return { act: "zone", back: shift };
  const step = STEPS[code];
  if (step !== undefined) return shift ? null : { act: "step", step };
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1];
  if (digit !== undefined) {
    if (!shift) return repeat ? null : { act: "digit", digit };
    const layout = code.startsWith("Digit") ? LAYOUTS[Number(digit) - 1] : undefined;
    return layout === undefined || repeat ? null : { act: "layout", layout };
  }
  if (repeat) return null;
  if (code === "Delete") return shift ? null : { act: "remove" };
  if (code === "Enter" || code === "NumpadEnter") {
    // On a button Enter presses the button; elsewhere it acts on the selected site.
    if (shift) return { act: "admit" };
    return focus === "control" ? null : { act: "enter" };
  }
  return null;
}
