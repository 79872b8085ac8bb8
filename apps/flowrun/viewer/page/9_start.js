// Puts the page together, and keeps it together when its case was run again. A layer that two runs have in common is there once:
// its window and opacity are the same in both.
page.shown = [];

const sameWindow = (a, b) => a[0] === b[0] && a[1] === b[1];

function newLayer(packed) {
  const layer = Object.create(packed);
  Object.assign(layer, { firstWindow: packed.window, window: [...packed.window], visible: packed.kind === "mask" });
  layer.opacity = { image: 0.5, probability: 0.7, mask: 0, labels: 0.45 }[packed.kind];
  if (packed.kind === "mask") layer.colour = MASK_COLOURS[page.masks++ % MASK_COLOURS.length];
  return layer;
}

/** A layer that was there before stays the same object, and so keeps how it is shown. */
function layerFor(packed) {
  const before = page.shown.find(layer => layer.file === packed.file && layer.name === packed.name &&
                                          Object.getPrototypeOf(layer).kind === packed.kind);
  const layer = before ?? newLayer(packed);
  if (before) {
    Object.setPrototypeOf(layer, packed);
    if (sameWindow(layer.window, layer.firstWindow)) layer.window = [...packed.window];
    layer.firstWindow = packed.window;
  }
  layer.inverse = inverse(packed.affine);
  return layer;
}

/** Unpacks what the page does not have yet, and only then takes over all of it. */
async function takeContent(content) {
  const known = new Map(page.layers.filter(layer => layer.voxels).map(layer => [layer.data, layer]));
  for (const layer of content.layers) {
    const before = known.get(layer.data);
    if (before && before.voxels.length === layer.size[0] * layer.size[1] * layer.size[2]) layer.voxels = before.voxels;
    else await unpack(layer);
  }
  const before = page.shown, windows = before.map(layer => layer.window);
  Object.assign(page, content);
  page.shown = page.layers.map(layerFor);
  showViews();
  showTable();
  const sameList = page.shown.length === before.length &&
    page.shown.every((layer, i) => layer === before[i] && sameWindow(layer.window, windows[i]));
  if (!sameList) showLayers();  // else whoever is typing there may go on
  showNotes();
}

function notesOfRun(view) {
  const tilt = tiltOf(view.axes), notes = [];
  if (tilt > 1) notes.push(`${view.base.name}: the planes follow the image's own axes, ${tilt.toFixed(0)} degrees from the body's; letters name the closest side.`);
  for (const layer of view.layers) {
    for (const note of layer.notes) notes.push(`${layer.name}: ${note}`);
    if (layer.kind === "image" || layer.kind === "probability")
      notes.push(`${layer.name}: values are rounded to steps of ${shortNumber((layer.high - layer.low) / 255)}.`);
  }
  return notes;
}

function showNotes() {
  const notes = [...new Set([...page.notes, ...views.flatMap(notesOfRun)])];
  byId("notes").replaceChildren(...notes.map(note => element("li", {}, note)));
  byId("notes-section").hidden = notes.length === 0;
}

/** The views of the runs: made once, then brought up to date where they are. */
function showViews() {
  if (views.length) {
    views.forEach((view, i) => view.take(page.runs[i]));
    state.cross = views[0].snapped(state.cross);
    return draw();
  }
  if (!page.layers.length) throw new Error("there is no image of this case that can be shown");
  byId("wait").remove();
  views = page.runs.filter(run => run.layers.length).map(run => new RunView(run, byId("views")));
  state.active = { view: views[0], plane: views[0].planes[0] };
  for (const view of views) for (const plane of view.planes) listenTo(view, plane);
  document.addEventListener("keydown", onKey);
  new ResizeObserver(draw).observe(byId("views"));
  wholeImage();
  state.cross = views[0].snapped(state.focus);
}

const pause = milliseconds => new Promise(done => setTimeout(done, milliseconds));

/** Looks for ever whether the data beside the page are those that it shows. */
async function follow() {
  for (let failed = 0; ; await pause(failed > 10 ? 3000 : 200)) {
    try {
      if (await fromFolder("stamp") !== page.stamp) {
        const { stamp, content } = await fromFolder("page");
        await takeContent(content);
        page.stamp = document.body.dataset.stamp = stamp;
        byId("follow").textContent = `follows its run; as of ${new Date().toLocaleTimeString()}`;
        document.body.dataset.ready = "yes";
      }
      failed = 0;
    } catch (fault) {  // the files of one page are replaced one after the other
      if (++failed > 10) byId("follow").textContent = `does not follow its run: ${fault.message}`;
      if (failed > 10 && !views.length) showFault(fault);
    }
  }
}

function showFault(fault) {
  byId("wait")?.replaceChildren(`The images cannot be shown: ${fault.message}.`);
  showNotes();
  document.body.dataset.ready = "no";
}

async function start() {
  document.title = `${page.name}: images`;
  byId("title").textContent = page.runs.length > 1 ? `${page.name}: ${page.runs.map(run => run.name).join(" and ")}` : page.name;
  startRating();
  byId("flip").addEventListener("click", turnSides);
  byId("reset").addEventListener("click", wholeImage);
  byId("help-button").addEventListener("click", () => showHelp());
  byId("help").addEventListener("click", () => showHelp(false));
  page.masks = 0;
  if (page.folder) return follow();
  await takeContent({ layers: page.layers });
  drawNow();
  document.body.dataset.ready = "yes";
}

start().catch(showFault);
