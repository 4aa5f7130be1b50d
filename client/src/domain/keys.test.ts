import { expect, test } from "vitest";
import { keyAct, type KeyLike } from "./keys";

function key(code: string, change: Partial<KeyLike> = {}): KeyLike {
  return {
    type: "keydown",
    code,
    shiftKey: false,
    ctrlKey: false,
    altKey: false,
    metaKey: false,
    repeat: false,
    isComposing: false,
    keyCode: 0,
    ...change,
  };
}
const shift = { shiftKey: true };
const ctrl = { ctrlKey: true };

test("function keys act everywhere, text fields included", () => {
  for (const focus of ["wall", "control", "text"] as const) {
    expect(keyAct(key("F2"), focus)).toEqual({ act: "give_floor", add: false });
    expect(keyAct(key("F2", ctrl), focus)).toEqual({ act: "give_floor", add: true });
    expect(keyAct(key("F2", shift), focus)).toEqual({ act: "take_back_floor" });
    expect(keyAct(key("F3", shift), focus)).toEqual({ act: "admit_all" });
    expect(keyAct(key("F4"), focus)).toEqual({ act: "mute_all" });
    expect(keyAct(key("F4", shift), focus)).toEqual({ act: "lock_mic" });
    expect(keyAct(key("F8"), focus)).toEqual({ act: "undo" });
    expect(keyAct(key("F8", shift), focus)).toEqual({ act: "redo" });
    expect(keyAct(key("F9"), focus)).toEqual({ act: "take" });
    expect(keyAct(key("Enter", ctrl), focus)).toEqual({ act: "acknowledge" });
  }
});

test("digits, arrows, Del and Enter are left to a text field", () => {
  for (const code of ["Digit3", "ArrowLeft", "Delete", "Enter", "Home"])
    expect(keyAct(key(code), "text")).toBeNull();
  expect(keyAct(key("Digit3", shift), "text")).toBeNull();
});

test("shift and a digit choose the layout, whatever character they make", () => {
  expect(keyAct(key("Digit1", shift), "wall")).toEqual({ act: "layout", layout: "full" });
  expect(keyAct(key("Digit6", shift), "control")).toEqual({
    act: "layout",
    layout: "screen_person",
  });
  expect(keyAct(key("Digit7", shift), "wall")).toBeNull();
});

test("digits of both blocks select by number", () => {
  expect(keyAct(key("Digit0"), "wall")).toEqual({ act: "digit", digit: "0" });
  expect(keyAct(key("Numpad7"), "control")).toEqual({ act: "digit", digit: "7" });
});

test("Enter on a button is left to the button", () => {
  expect(keyAct(key("Enter"), "wall")).toEqual({ act: "enter" });
  expect(keyAct(key("Enter"), "control")).toBeNull();
  expect(keyAct(key("Enter", shift), "control")).toEqual({ act: "admit" });
});

test("what an input method composes is never a key of the desk", () => {
  expect(keyAct(key("F9", { isComposing: true }), "text")).toBeNull();
  expect(keyAct(key("Digit1", { keyCode: 229 }), "wall")).toBeNull();
});

test("the browser keeps its keys", () => {
  for (const code of ["F5", "F6", "F7", "F10", "F11", "F12"])
    expect(keyAct(key(code), "wall")).toBeNull();
  expect(keyAct(key("F4", { altKey: true }), "wall")).toBeNull();
  expect(keyAct(key("F4", ctrl), "wall")).toBeNull();
  expect(keyAct(key("Digit1", ctrl), "wall")).toBeNull();
});

test("no letter and none of Unikey's keys acts", () => {
  const codes = ["BracketLeft", "BracketRight", "Backspace", "KeyZ", "Space"];
  for (const letter of "ABCDEFGHIJKLMNOPQRSTUVWXYZ") codes.push(`Key${letter}`);
  for (const code of codes)
    for (const change of [{}, shift, ctrl]) expect(keyAct(key(code, change), "wall")).toBeNull();
});

test("a key held down acts once, arrows go on", () => {
  const held = { repeat: true };
  for (const code of ["F2", "F4", "F8", "F9", "Delete", "Insert"])
    expect(keyAct(key(code, held), "wall")).toBeNull();
  expect(keyAct(key("ArrowDown", held), "wall")).toEqual({ act: "step", step: "down" });
});

test("talkback lasts as long as Ins is held", () => {
  expect(keyAct(key("Insert"), "wall")).toEqual({ act: "talk_start" });
  expect(keyAct(key("Insert", { type: "keyup" }), "text")).toEqual({ act: "talk_stop" });
});

test("ending has no key", () => {
  const codes = ["Delete", "End", "Escape", "F1", "F2", "F3", "F4", "F8", "F9", "Insert"];
  for (const code of codes)
    for (const change of [{}, shift, ctrl, { altKey: true }])
      expect(JSON.stringify(keyAct(key(code, change), "wall") ?? {})).not.toContain("close");
});
