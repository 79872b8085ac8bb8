// Mouse, touch and keys.
const KEYS = [
  ["Wheel, PageUp, PageDown", "next slice of the plane below the mouse"],
  ["Arrows", "move the crosshair by a voxel in that plane"],
  ["Click, drag", "crosshair"],
  ["Ctrl + wheel, + and \u2212", "zoom"],
  ["Shift + drag", "move the picture"],
  ["Right button + drag", "window of the lowest image: across its width, down its level"],
  ["0", "whole image"],
  ["W", "window as at the beginning"],
  ["F", "turn left and right: radiological or neurological"],
  ["1 ... 9", "show or hide a layer"],
  ["O", "hide or show all overlays"],
  ["S", "smooth or single voxels"],
  ["X", "lines of the crosshair"],
  ["N, B", "next lesion of the table, the one before"],
  ["P, D, U", "rate: pass, fail, not rated"],
  ["?", "this list; Esc closes it"],
];

function showHelp(visible = byId("help").hidden) {
  const list = element("dl", {}, ...KEYS.flatMap(([keys, what]) => [element("dt", {}, element("kbd", {}, keys)), element("dd", {}, what)]));
  byId("help").replaceChildren(element("div", {}, element("h2", {}, "Keys and mouse"), list));
  byId("help").hidden = !visible;
}

function resetWindows() {
  for (const layer of page.shown) layer.window = [...layer.firstWindow];
  showLayers();
  draw();
}

function stepCross(key) {
  const { view, plane } = state.active, [vector, sign] = { ArrowLeft: [plane.u, -1], ArrowRight: [plane.u, 1],
                                                           ArrowUp: [plane.v, -1], ArrowDown: [plane.v, 1] }[key];
  const axis = view.axes.find(a => Math.abs(dot(a.vector, vector)) > 0.9);
  moveTo(plus(state.cross, vector, sign * axis.spacing), view);
}

const ACTIONS = {
  "+": () => zoomBy(1.25, state.cross), "=": () => zoomBy(1.25, state.cross), "-": () => zoomBy(0.8, state.cross), "0": wholeImage,
  w: resetWindows, f: turnSides, n: () => stepRow(1), b: () => stepRow(-1),
  o: () => { state.overlays = !state.overlays; draw(); }, s: () => { state.smooth = !state.smooth; draw(); },
  x: () => { state.lines = !state.lines; draw(); },
  p: () => rate("pass"), d: () => rate("fail"), u: () => rate(""), "?": () => showHelp(), Escape: () => showHelp(false),
  PageUp: () => stepSlice(state.active.view, state.active.plane, 1), PageDown: () => stepSlice(state.active.view, state.active.plane, -1),
};

function onKey(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const typing = event.target.closest("textarea, input[type=number], select, input[type=range]");
  if (typing && event.key !== "Escape") return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (key.startsWith("Arrow")) stepCross(key);
  else if (/^[1-9]$/.test(key)) toggleLayer(Number(key));
  else if (Object.hasOwn(ACTIONS, key)) ACTIONS[key]();
  else return;
  event.preventDefault();
}

function onDrag(view, plane, event, begun) {
  const ratio = plane.canvas.width / plane.canvas.clientWidth, dx = event.clientX - begun.x, dy = event.clientY - begun.y;
  if (begun.button === 2) {
    const [low, high] = begun.window, width = Math.max((high - low) * Math.exp(dx / 150), 1e-9);
    const middle = (low + high) / 2 + (high - low) * dy / 300;
    view.base.window = [middle - width / 2, middle + width / 2];
    draw();
  } else if (begun.button === 1 || begun.shift) {
    const scale = view.fit() * state.zoom / ratio;
    state.focus = plus(plus(begun.focus, plane.u, -dx / scale), plane.v, -dy / scale);
    draw();
  } else {
    moveTo(view.pointAt(plane, event.offsetX * ratio, event.offsetY * ratio), view);
  }
}

function listenTo(view, plane) {
  const { canvas } = plane;
  let begun = null, turned = 0;
  const makeActive = () => { state.active = { view, plane }; };
  canvas.addEventListener("pointerenter", makeActive);
  canvas.addEventListener("focus", makeActive);
  canvas.addEventListener("contextmenu", event => event.preventDefault());
  canvas.addEventListener("pointerdown", event => {
    canvas.focus();
    canvas.setPointerCapture(event.pointerId);
    begun = { x: event.clientX, y: event.clientY, button: event.button, shift: event.shiftKey, focus: state.focus, window: [...view.base.window] };
    if (event.button === 0 && !event.shiftKey) onDrag(view, plane, event, begun);
    event.preventDefault();
  });
  canvas.addEventListener("pointermove", event => { if (begun) onDrag(view, plane, event, begun); });
  canvas.addEventListener("lostpointercapture", () => {
    if (begun?.button === 2) showLayers();
    begun = null;
  });
  canvas.addEventListener("wheel", event => {
    event.preventDefault();
    const ratio = canvas.width / canvas.clientWidth;
    if (event.ctrlKey) return zoomBy(event.deltaY < 0 ? 1.15 : 1 / 1.15, view.pointAt(plane, event.offsetX * ratio, event.offsetY * ratio), plane);
    turned += event.deltaMode === 0 ? event.deltaY : 50 * event.deltaY;
    const steps = Math.trunc(turned / 50);
    turned -= 50 * steps;
    if (steps) stepSlice(view, plane, -steps);
  }, { passive: false });
}
