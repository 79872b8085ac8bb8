// What is seen: one state for all planes and runs, in mm, so that everything is linked.
const state = { cross: [0, 0, 0], focus: [0, 0, 0], zoom: 1, radiological: true, smooth: true, lines: true, overlays: true, active: null };

/** A run: its layers, its base image (which gives planes and slices), and a canvas for each plane. */
class RunView {
  constructor(run, place) {
    this.box = element("div", { className: "run" });
    if (page.runs.length > 1) this.box.append(element("h2", {}, run.name));
    this.planes = ["axial", "coronal", "sagittal"].map((name, index) => this.makePlane(name, index));
    place.append(this.box);
    this.take(run);
  }

  /** What the run has now. The base image stays the one that it was, where it is still there. */
  take(run) {
    this.run = run;
    if (!run.layers.length) return;
    this.layers = run.layers.map(index => page.shown[index]);
    if (!this.layers.includes(this.base)) this.base = this.layers.find(l => l.kind === "image") ?? this.layers[0];
    this.turn();
  }

  makePlane(name, index) {
    const canvas = element("canvas", { tabIndex: 0, "aria-label": `${name} plane`, role: "img" });
    const slider = element("input", { type: "range", min: 0, step: 1, "aria-label": `${name} slice` }), text = element("span");
    slider.addEventListener("input", () => moveTo(this.crossAtSlice(index, Number(slider.value)), this));
    this.box.append(element("figure", { className: "plane" }, canvas, element("figcaption", {}, element("span", {}, name), slider, text)));
    return { name, canvas, slider, text, drawn: "" };
  }

  /** After another base image or another convention. */
  turn() {
    this.axes = axesOf(this.base.affine);
    planesOf(this.axes, state.radiological).forEach((plane, i) => Object.assign(this.planes[i], plane, { drawn: "" }));
    for (const plane of this.planes) plane.slider.max = this.base.size[plane.w.axis] - 1;
  }

  /** The voxel of the base image at a point; not rounded. */
  voxelAt(point, layer = this.base) {
    const inv = layer.inverse;
    return [0, 1, 2].map(r => inv[4 * r] * point[0] + inv[4 * r + 1] * point[1] + inv[4 * r + 2] * point[2] + inv[4 * r + 3]);
  }

  snapped(point) {
    const voxel = this.voxelAt(point).map((x, axis) => Math.min(Math.max(Math.round(x), 0), this.base.size[axis] - 1));
    return toWorld(this.base.affine, voxel);
  }

  /** Slices are counted in the direction of w: from right to left, anterior to posterior, inferior to superior. */
  sliceOf(plane, point = state.cross) {
    const { axis, sign } = plane.w, index = Math.round(this.voxelAt(point)[axis]), last = this.base.size[axis] - 1;
    return Math.min(Math.max(sign > 0 ? index : last - index, 0), last);
  }

  crossAtSlice(index, slice) {
    const plane = this.planes[index], { axis, sign } = plane.w, voxel = this.voxelAt(state.cross);
    voxel[axis] = sign > 0 ? slice : this.base.size[axis] - 1 - slice;
    return toWorld(this.base.affine, voxel);
  }

  /** Pixels a mm at which all planes show the whole grid. */
  fit() {
    const extent = world => this.axes[world].spacing * this.base.size[this.axes[world].axis];
    return Math.min(...this.planes.map((plane, i) => {
      const [across, down] = [[0, 1], [0, 2], [1, 2]][i];
      return Math.min(plane.canvas.width / extent(across), plane.canvas.height / extent(down));
    })) * 0.96;
  }

  frameOf(plane) {
    const { width, height } = plane.canvas, scale = this.fit() * state.zoom, normal = plane.w.vector;
    const middle = plus(state.focus, normal, dot(plus(state.cross, state.focus, -1), normal));
    const right = scaled(plane.u, 1 / scale), down = scaled(plane.v, 1 / scale);
    return { width, height, scale, middle, right, down, start: plus(plus(middle, right, 0.5 - width / 2), down, 0.5 - height / 2) };
  }

  pointAt(plane, x, y) {
    const frame = this.frameOf(plane);
    return plus(plus(frame.start, frame.right, x - 0.5), frame.down, y - 0.5);
  }

  shown() {
    return this.layers.filter(l => l.voxels && (l === this.base || (l.visible && (state.overlays || l.kind === "image"))))
      .sort((a, b) => (b === this.base) - (a === this.base));
  }
}

function drawLines(context, frame, plane) {
  const offset = plus(state.cross, frame.middle, -1), x = frame.width / 2 + dot(offset, plane.u) * frame.scale;
  const y = frame.height / 2 + dot(offset, plane.v) * frame.scale, gap = 6 * window.devicePixelRatio;
  context.strokeStyle = "#7fc8ffb0";
  context.lineWidth = Math.max(1, window.devicePixelRatio);
  context.beginPath();
  for (const [x0, y0, x1, y1] of [[0, y, x - gap, y], [x + gap, y, frame.width, y], [x, 0, x, y - gap], [x, y + gap, x, frame.height]]) {
    context.moveTo(x0, y0);
    context.lineTo(x1, y1);
  }
  context.stroke();
}

function drawLetters(context, frame, plane) {
  const size = Math.round(14 * window.devicePixelRatio);
  context.font = `600 ${size}px "DejaVu Sans", sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  const places = [[scaled(plane.u, -1), size, frame.height / 2], [plane.u, frame.width - size, frame.height / 2],
                  [scaled(plane.v, -1), frame.width / 2, size], [plane.v, frame.width / 2, frame.height - size]];
  plane.letters = places.map(([direction]) => letterOf(direction));
  places.forEach(([, x, y], i) => {
    context.fillStyle = "#000";
    context.fillText(plane.letters[i], x + 1, y + 1);
    context.fillStyle = "#ffd75e";
    context.fillText(plane.letters[i], x, y);
  });
}

/** Draws a plane unless the same picture is already there. */
function drawPlane(view, plane) {
  const frame = view.frameOf(plane), context = plane.canvas.getContext("2d");
  const layers = view.shown().map(l => [l.data, l.kind, l.opacity, ...l.window]);
  const key = JSON.stringify([frame.start, frame.scale, frame.width, frame.height, plane.u, state.smooth, layers]);
  if (plane.drawn !== key) {
    plane.picture = painted(frame, view.shown(), view.base, state.smooth);
    plane.drawn = key;
  }
  context.putImageData(plane.picture, 0, 0);
  if (state.lines) drawLines(context, frame, plane);
  drawLetters(context, frame, plane);
  plane.canvas.dataset.letters = plane.letters.join("");
  const slice = view.sliceOf(plane);
  plane.slider.value = slice;
  plane.text.textContent = `${slice + 1} of ${view.base.size[plane.w.axis]}`;
}

let views = [], waiting = false;

function sizeCanvas(canvas) {
  const ratio = Math.min(window.devicePixelRatio || 1, 2), size = Math.max(64, Math.round(canvas.clientWidth * ratio));
  if (canvas.width !== size || canvas.height !== size) canvas.width = canvas.height = size;
}

function drawNow() {
  waiting = false;
  for (const view of views) {
    view.planes.forEach(plane => sizeCanvas(plane.canvas));
    view.planes.forEach(plane => drawPlane(view, plane));
  }
  showReadout();
  markRow();
  const side = state.radiological ? "radiological" : "neurological";
  byId("convention").textContent =
    `${side}: the patient's right is on the ${state.radiological ? "left" : "right"} of axial and coronal planes`;
}

/** Asks for a new picture, at most once a frame. */
function draw() {
  if (waiting) return;
  waiting = true;
  requestAnimationFrame(drawNow);
}

function moveTo(point, view = views[0]) {
  state.cross = view.snapped(point);
  draw();
}

function stepSlice(view, plane, steps) {
  const index = view.planes.indexOf(plane), last = view.base.size[plane.w.axis] - 1;
  moveTo(view.crossAtSlice(index, Math.min(Math.max(view.sliceOf(plane) + steps, 0), last)), view);
}

/** `point` stays where it is in the picture of that plane. */
function zoomBy(factor, point, plane) {
  const before = state.zoom;
  state.zoom = Math.min(Math.max(before * factor, 0.5), 40);
  const share = 1 - before / state.zoom, offset = plus(point, state.focus, -1);
  for (const vector of plane ? [plane.u, plane.v] : views[0].axes.map(a => a.vector))
    state.focus = plus(state.focus, vector, dot(offset, vector) * share);
  draw();
}

function wholeImage() {
  const { base } = views[0];
  state.zoom = 1;
  state.focus = toWorld(base.affine, base.size.map(n => (n - 1) / 2));
  draw();
}

function turnSides() {
  state.radiological = !state.radiological;
  views.forEach(view => view.turn());
  draw();
}
