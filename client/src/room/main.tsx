import { createRoot } from "react-dom/client";
import { Devices } from "../engine/devices";
import "../ui/fonts";
import { startLanguage } from "../ui/i18n";
import "../ui/tokens.css";
import "../ui/ui.css";
import { App } from "./App";
import "./room.css";
import { RoomSession } from "./session";

const page = document.getElementById("app");
if (page) {
  startLanguage(page.dataset.lang);
  const conference = Number(page.dataset.conference);
  const devices = new Devices();
  const session = new RoomSession(conference, devices);
  // For browser tests and support; it holds nothing that the SDK does not hold already.
  Object.defineProperty(window, "__diemcau", {
    value: {
      get room() {
        return session.room;
      },
      get talk() {
        return session.talkRoom;
      },
      get state() {
        return session.state.get();
      },
    },
  });
  createRoot(page).render(
    <App
      conference={conference}
      title={page.dataset.title ?? ""}
      engineUrl={page.dataset.engine || null}
      session={session}
      devices={devices}
    />,
  );
}
