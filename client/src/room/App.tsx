// The site screen from the check to the end of the conference.
import { useEffect, useState } from "react";
import { api, type Me, Refusal } from "../api/client";
import { joinDelay } from "../engine/backoff";
import type { Devices } from "../engine/devices";
import { useStore } from "../engine/store";
import { Button } from "../ui/Button";
import { IconDeviceDesktop, IconDoorExit, IconPlugConnected, IconX } from "../ui/icons";
import { useText } from "../ui/i18n";
import { AnswerCard, FullCard, markSigningIn, RefusedCard } from "./AnswerCard";
import { CheckScreen } from "./CheckScreen";
import { Conference } from "./Conference";
import type { RoomSession } from "./session";
import { TEXT } from "./text";
import { markJoined, rememberedWho, rememberWho, wasJoined, type Who } from "./who";

export interface AppProps {
  conference: number;
  title: string;
  engineUrl: string | null;
  session: RoomSession;
  devices: Devices;
}

type Known = { me: Me } | { refused: Refusal } | { tries: number };

/** Who is signed in here; asked again until the server answers. */
function useMe(): [Known, () => void] {
  const [known, setKnown] = useState<Known>({ tries: 0 });
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let ended = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (tries: number): Promise<void> => {
      try {
        const me = await api.me();
        if (!ended) setKnown({ me });
      } catch (error) {
        if (ended) return;
        if (error instanceof Refusal) {
          setKnown({ refused: error });
          return;
        }
        setKnown({ tries: tries + 1 });
        timer = setTimeout(() => void ask(tries + 1), joinDelay(tries));
      }
    };
    void ask(0);
    return () => {
      ended = true;
      if (timer) clearTimeout(timer);
    };
  }, [turn]);
  return [known, () => setTurn((before) => before + 1)];
}

export function App({ conference, title, engineUrl, session, devices }: AppProps) {
  const t = useText(TEXT);
  const now = useStore(session.state);
  const [known, askAgain] = useMe();
  const me = "me" in known ? known.me : null;

  useEffect(() => {
    void devices.open();
  }, [devices]);

  const join = (who: Who) => {
    rememberWho(me?.site ?? null, who);
    markJoined(conference);
    session.join(who);
  };

  // After a reload of this tab the site comes back without a click.
  useEffect(() => {
    if (!me || session.state.get().phase !== "check" || !wasJoined(conference)) return;
    const who = rememberedWho(me.site);
    if (who) session.join(who);
  }, [me, conference, session]);

  useEffect(() => {
    if (now.phase === "conference") markSigningIn(false);
  }, [now.phase]);

  if ("refused" in known) {
    return (
      <RefusedCard
        status={known.refused.status}
        vi={known.refused.detail_vi}
        en={known.refused.detail_en}
        onRetry={askAgain}
      />
    );
  }
  switch (now.phase) {
    case "check":
      if (!me) {
        const tries = "tries" in known ? known.tries : 0;
        return tries === 0 ? <div className="r-full" /> : <ServerLostCard tries={tries} />;
      }
      return (
        <CheckScreen
          me={me}
          site={me.site_name ?? ""}
          title={title}
          who={rememberedWho(me.site) ?? { person: me.name, unit: me.unit }}
          devices={devices}
          engineUrl={engineUrl}
          onJoin={join}
        />
      );
    case "joining":
      return now.link.attempt > 1 ? (
        <ServerLostCard tries={now.link.attempt} site={me?.site_name ?? undefined} />
      ) : (
        <FullCard
          outcome="joining"
          icon={<IconPlugConnected size={44} stroke={1.5} />}
          title={t("joining")}
          site={me?.site_name ?? undefined}
        >
          <p>{t("joining_sub")}</p>
        </FullCard>
      );
    case "answer":
      return now.answer && now.answer.outcome !== "admitted" ? (
        <AnswerCard answer={now.answer} onEnter={(options) => session.enter(options)} />
      ) : null;
    case "refused":
      return (
        <RefusedCard
          status={now.refusal?.status ?? 403}
          vi={now.refusal?.vi ?? ""}
          en={now.refusal?.en ?? ""}
          onRetry={() => session.enter()}
        />
      );
    case "other_window":
      return (
        <FullCard
          outcome="other_window"
          icon={<IconDeviceDesktop size={44} stroke={1.5} />}
          title={t("other_window")}
          site={now.own?.name}
          acts={
            <Button kind="action" onClick={() => session.enter()}>
              {t("use_this_window")}
            </Button>
          }
        >
          <p>{t("other_window_sub")}</p>
        </FullCard>
      );
    case "left":
      return (
        <FullCard
          outcome="left"
          icon={<IconDoorExit size={44} stroke={1.5} />}
          title={t("left")}
          site={now.own?.name}
          acts={
            <Button
              kind="action"
              onClick={() => {
                markJoined(conference);
                void devices.open();
                session.enter();
              }}
            >
              {t("join_again")}
            </Button>
          }
        >
          <p>{t("left_sub")}</p>
        </FullCard>
      );
    case "conference":
      return (
        <Conference
          session={session}
          devices={devices}
          onLeave={() => {
            markJoined(null);
            void session.leave();
            devices.closeAll();
          }}
        />
      );
  }
}

function ServerLostCard({ tries, site }: { tries: number; site?: string }) {
  const t = useText(TEXT);
  return (
    <FullCard outcome="server_lost" icon={<IconX size={44} stroke={2.5} />} title={t("server_lost")} site={site}>
      <p>{t("server_lost_sub", { n: tries })}</p>
    </FullCard>
  );
}
