import type { DevicesState, Devices } from "../engine/devices";
import { useStore } from "../engine/store";
import { useText } from "../ui/i18n";
import { TEXT } from "./text";

function Choice(props: {
  label: string;
  value: string;
  devices: MediaDeviceInfo[];
  none: string;
  onChoose: (id: string) => void;
}) {
  const { label, value, devices, none, onChoose } = props;
  const known = devices.some((device) => device.deviceId === value);
  return (
    <label className="r-choice">
      <span>{label}</span>
      <select value={known ? value : ""} disabled={devices.length === 0} onChange={(event) => onChoose(event.target.value)}>
        {known ? null : <option value="">{none}</option>}
        {devices.map((device, index) => (
          <option key={device.deviceId} value={device.deviceId}>
            {device.label || `${label} ${index + 1}`}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Which camera, microphone and loudspeaker are used. */
export function DeviceChoices({ devices, onSpeaker }: { devices: Devices; onSpeaker?: (id: string) => void }) {
  const t = useText(TEXT);
  const now: DevicesState = useStore(devices.state);
  return (
    <div className="r-choices">
      <Choice
        label={t("camera")}
        value={now.camera.deviceId}
        devices={now.cameras}
        none={t("no_device")}
        onChoose={(id) => void devices.chooseCamera(id)}
      />
      <Choice
        label={t("microphone")}
        value={now.microphone.deviceId}
        devices={now.microphones}
        none={t("no_device")}
        onChoose={(id) => void devices.chooseMicrophone(id)}
      />
      <Choice
        label={t("speaker")}
        value={now.speaker}
        devices={now.speakers}
        none={t("default_device")}
        onChoose={(id) => {
          devices.chooseSpeaker(id);
          onSpeaker?.(id);
        }}
      />
    </div>
  );
}
