// Live events of the node over WebSocket: reconnects, and goes on where it stopped.
//
//   const stop = watch("/live/executions/ID", { after: 12, onEvent: (event) => ..., onState: (state) => ... });
//
// ``stop.say(value)`` tells the node something, where the connection is open. ``state`` is "open", "waiting" (the connection was lost and is tried again) or "closed" (for good: the execution
// has ended, or the node refused). Events are CloudEvents; none is lost or told twice while ``after`` counts on.

const FIRST_MS = 250;
const LONGEST_MS = 10_000;
const FINAL = new Set([1000, 4401, 4403, 4404]); // as engine/web/consumers.py closes

export function watch(path, { after = null, onEvent, onState = () => {} }) {
  let last = after;
  let pause = FIRST_MS;
  let socket = null;
  let timer = null;
  let stopped = false;

  function address() {
    const url = new URL(path, location.href);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    if (last !== null) url.searchParams.set("after", last);
    return url;
  }

  function connect() {
    socket = new WebSocket(address());
    socket.onopen = () => onState("open");
    socket.onmessage = ({ data }) => {
      pause = FIRST_MS;
      const event = JSON.parse(data);
      if (last !== null) {
        if (event.data.sequence <= last) return;
        last = event.data.sequence;
      }
      onEvent(event);
    };
    socket.onclose = ({ code }) => {
      if (stopped) return;
      if (FINAL.has(code)) return onState("closed");
      onState("waiting");
      timer = setTimeout(connect, pause * (0.5 + Math.random()));
      pause = Math.min(pause * 2, LONGEST_MS);
    };
  }

  connect();
  const stop = () => {
    stopped = true;
    clearTimeout(timer);
    socket.close();
  };
  stop.say = (value) => socket.readyState === WebSocket.OPEN && socket.send(JSON.stringify(value));
  return stop;
}
