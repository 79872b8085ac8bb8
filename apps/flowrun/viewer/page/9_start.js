// Puts the page together. A layer that two runs have in common is there once: its window and opacity are the same in both.
function prepareLayers() {
  let masks = 0;
  page.shown = page.layers.map(packed => {
    const layer = Object.create(packed), window = [...packed.window];
    Object.assign(layer, { inverse: inverse(packed.affine), firstWindow: window, window: [...window], visible: packed.kind === "mask" });
    layer.opacity = { image: 0.5, probability: 0.7, mask: 0, labels: 0.45 }[packed.kind];
    if (packed.kind === "mask") layer.colour = MASK_COLOURS[masks++ % MASK_COLOURS.length];
    return layer;
  });
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

async function start() {
  document.title = `${page.name}: images`;
  byId("title").textContent = page.runs.length > 1 ? `${page.name}: ${page.runs.map(run => run.name).join(" and ")}` : page.name;
  startRating();
  byId("flip").addEventListener("click", turnSides);
  byId("reset").addEventListener("click", wholeImage);
  byId("help-button").addEventListener("click", () => showHelp());
  byId("help").addEventListener("click", () => showHelp(false));
  if (!page.layers.length) throw new Error("there is no image of this case that can be shown");
  prepareLayers();
  for (const layer of page.layers) await unpack(layer);
  byId("wait").remove();
  views = page.runs.filter(run => run.layers.length).map(run => new RunView(run, byId("views")));
  state.active = { view: views[0], plane: views[0].planes[0] };
  for (const view of views) for (const plane of view.planes) listenTo(view, plane);
  document.addEventListener("keydown", onKey);
  new ResizeObserver(draw).observe(byId("views"));
  wholeImage();
  state.cross = views[0].snapped(state.focus);
  showTable();
  showLayers();
  showNotes();
  drawNow();
  document.body.dataset.ready = "yes";
}

start().catch(fault => {
  byId("wait")?.replaceChildren(`The images cannot be shown: ${fault.message}.`);
  showNotes();
  document.body.dataset.ready = "no";
});
