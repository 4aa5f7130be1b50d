import { useEffect, useState } from "react";
import { createRoot } from "react-dom/client";
import { api } from "../api/client";
import { wordOf } from "../domain/deskstate";
import { useStore } from "../engine";
import "../ui/fonts";
import "../ui/tokens.css";
import "../ui/ui.css";
import { startLanguage } from "../ui/i18n";
import { Desk } from "./Desk";
import "./desk.css";
import { LiveMedia } from "./livemedia";
import { MediaContext } from "./media";
import { DeskServer } from "./server";

const ROLE_AGAIN_MS = 2000;

/** The role of who is signed in, asked for anew after the desk was denied; null until known. */
function useRole(denied: boolean): string | null {
  const [role, setRole] = useState<string | null>(null);
  useEffect(() => {
    if (denied) return;
    let over = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = (): void => {
      api.me().then(
        (me) => {
          if (!over) setRole(me.role);
        },
        // Out of reach just now: the acts of the control centre stay hidden until it answers.
        () => {
          if (!over) timer = setTimeout(ask, ROLE_AGAIN_MS);
        },
      );
    };
    ask();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [denied]);
  return role;
}

function Page({ server, media }: { server: DeskServer; media: LiveMedia }) {
  const state = useStore(server.state);
  const closed = wordOf(state)?.state === "closed" || state.denied !== null;
  const role = useRole(state.denied !== null);
  const known = state.snapshot !== null;
  useEffect(() => {
    // The engine is asked for only once the server has let this user in.
    if (!known || closed) return;
    media.start();
    return () => media.stop();
  }, [media, known, closed]);
  return (
    <MediaContext value={media}>
      <Desk
        state={state}
        role={role}
        send={(command) => void server.send(command)}
        onNoticeRead={() => server.noticeRead()}
      />
    </MediaContext>
  );
}

const root = document.getElementById("app");
if (root) {
  const conference = Number(root.dataset.conference);
  startLanguage(root.dataset.lang);
  const server = new DeskServer(api, conference);
  const media = new LiveMedia({
    conference,
    onMetadata: (metadata) => server.roomMetadata(metadata),
    onPush: () => server.refresh(),
  });
  server.start();
  // For browser tests and support: what the page holds anyway.
  Object.defineProperty(window, "__diemcau", {
    value: {
      get room() {
        return media.conference.room;
      },
      get talk() {
        return media.beside.room;
      },
      get state() {
        return server.state.get();
      },
    },
  });
  createRoot(root).render(<Page server={server} media={media} />);
}
