export { type Admission, type LinkKind, type LinkState, RoomLink, type RoomLinkOptions } from "./connection";
export { Store, useSelected, useStore } from "./store";
export { applyWanted, participantOf, pictureOf, SOURCE, type Wanted } from "./subscribe";
export { Picture } from "./Picture";
export { playSound } from "./sound";
export { audioContext, watchLevel } from "./level";
