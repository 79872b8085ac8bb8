// The side of the page: values at the crosshair, the list of layers, and the table of lesions.
const shortNumber = x => (Math.abs(x) >= 1e5 || (x !== 0 && Math.abs(x) < 1e-3) ? x.toExponential(3) : String(Number(x.toPrecision(4))));

function valueText(view, layer) {
  const voxel = view.voxelAt(state.cross, layer).map(Math.round);
  if (!layer.voxels || voxel.some((x, axis) => x < 0 || x >= layer.size[axis])) return "outside";
  const stored = nearest(layer, ...voxel), value = valueOf(layer, stored);
  if (layer.kind === "mask") return stored ? "inside" : "not inside";
  if (layer.kind === "labels") return stored ? String(value) : "none";
  return "\u2248 " + shortNumber(value);
}

/** The voxel in the file, from 0; where several voxels were made one, the middle one of them. */
const fileVoxel = (view, layer = view.base) =>
  view.voxelAt(state.cross, layer).map((x, axis) => Math.round(x) * layer.factor[axis] + Math.floor((layer.factor[axis] - 1) / 2));

function showReadout() {
  const point = pointText(state.cross), list = byId("readout");
  list.replaceChildren();
  const add = (name, text, id) => list.append(element("dt", {}, name), element("dd", id ? { id } : {}, text));
  add("RAS mm", point.ras, "ras");
  add("", point.sides, "sides");
  for (const view of views) {
    if (views.length > 1) list.append(element("dt", { className: "head" }, view.run.name));
    add("voxel", fileVoxel(view).join(", ") + ` of ${view.base.name}`, view === views[0] ? "voxel" : "");
    for (const layer of view.layers) add(layer.name, valueText(view, layer));
  }
}

function numberField(layer, index) {
  const field = element("input", { type: "number", step: "any", value: shortNumber(layer.window[index]),
                                   "aria-label": `${layer.name}: ${index ? "white" : "black"} at` });
  field.addEventListener("change", () => {
    if (Number.isFinite(field.valueAsNumber)) layer.window[index] = field.valueAsNumber;
    showLayers();
    draw();
  });
  return field;
}

function scaleBar(layer) {
  const canvas = element("canvas", { className: "scale", width: 256, height: 1, title: "colour scale from low to high" });
  const context = canvas.getContext("2d");
  for (let x = 0; x < 256; ++x) {
    context.fillStyle = cssColour(heat(0.25 + 0.75 * x / 255));
    context.fillRect(x, 0, 1, 1);
  }
  return canvas;
}

function kindField(layer) {
  const field = element("select", { "aria-label": `${layer.name}: shown as` });
  for (const kind of ["image", "probability"]) field.append(element("option", { value: kind, selected: layer.kind === kind }, kind));
  field.addEventListener("change", () => { layer.kind = field.value; showLayers(); draw(); });
  return field;
}

function opacityField(layer) {
  const field = element("input", { type: "range", min: 0, max: 1, step: 0.05, value: layer.opacity, "aria-label": `${layer.name}: opacity` });
  field.addEventListener("input", () => { layer.opacity = field.valueAsNumber; draw(); });
  return element("label", {}, layer.kind === "mask" ? "fill" : "opacity", field);
}

function layerBox(view, layer, number) {
  const visible = element("input", { type: "checkbox", checked: layer === view.base || layer.visible, disabled: layer === view.base,
                                     "aria-label": `show ${layer.name}` });
  visible.addEventListener("change", () => { layer.visible = visible.checked; draw(); });
  const name = element("div", { className: "name" }, visible, element("span", { className: "number" }, String(number)),
                       element("b", { title: layer.file }, layer.name));
  if (layer.kind === "mask") {
    name.append(element("span", { className: "swatch" }));
    name.lastChild.style.background = cssColour(layer.colour);
  }
  const row = element("div", { className: "row" });
  if (layer.kind === "image") {
    const base = element("input", { type: "radio", name: `base-${page.runs.indexOf(view.run)}`, checked: layer === view.base });
    base.addEventListener("change", () => { view.base = layer; view.turn(); showLayers(); moveTo(state.cross, view); });
    name.append(element("label", { className: "soft" }, base, " lowest"));
  }
  if (layer.kind === "image" || layer.kind === "probability")
    row.append(kindField(layer), element("label", {}, "from", numberField(layer, 0)), element("label", {}, "to", numberField(layer, 1)));
  if (layer !== view.base) row.append(opacityField(layer));
  const box = element("div", { className: "layer" }, name, row);
  if (layer.kind === "probability") box.append(scaleBar(layer));
  return box;
}

function showLayers() {
  byId("layers").replaceChildren();
  let number = 0;
  for (const view of views) {
    if (views.length > 1) byId("layers").append(element("h2", {}, view.run.name));
    for (const layer of view.layers) byId("layers").append(layerBox(view, layer, ++number));
  }
}

function toggleLayer(number) {
  const pair = views.flatMap(view => view.layers.map(layer => [view, layer]))[number - 1];
  if (!pair || pair[0].base === pair[1]) return;
  pair[1].visible = !pair[1].visible;
  showLayers();
  draw();
}

/** Rows of CSV text (RFC 4180). */
function parseCsv(text) {
  const rows = [[]];
  for (const [, field, end] of text.matchAll(/("(?:[^"]|"")*"|[^,\r\n]*)(,|\r?\n|$)/g)) {
    rows.at(-1).push(field.startsWith('"') ? field.slice(1, -1).replaceAll('""', '"') : field);
    if (end !== ",") rows.push([]);
  }
  return rows.filter(row => row.length > 1 || row[0]);
}

const table = { text: null, rows: [], label: -1, here: -1 };

/** Where a row's lesion lies, in LPS; null where its columns do not say it. */
function pointOfRow(columns, row) {
  for (const [frame, sign] of [["ras", -1], ["lps", 1]]) {
    const at = ["x", "y", "z"].map(axis => columns.findIndex(c => c.toLowerCase() === `${axis}_mm_${frame}`));
    if (at.includes(-1)) continue;
    const point = at.map(c => (row[c] === "" ? NaN : Number(row[c])));
    return point.every(Number.isFinite) ? [sign * point[0], sign * point[1], point[2]] : null;
  }
  return null;
}

/** Long numbers are shown with four digits, and whole in the cell's title. */
function tableCell(text) {
  const long = text.length > 8 && /^-?[0-9.]+(e[-+]?[0-9]+)?$/.test(text);
  return element("td", { title: text }, long ? shortNumber(Number(text)) : text);
}

function showTable() {
  const source = page.runs.find(run => run.table)?.table, before = table.rows[table.here]?.label;
  byId("table-section").hidden = !source;
  if (!source || source.text === table.text) return;
  table.text = source.text;
  table.rows = [];
  const [columns, ...rows] = parseCsv(source.text);
  byId("table-title").textContent = `${source.name}: ${rows.length} rows; a click goes to the lesion`;
  const body = element("tbody");
  table.label = columns.indexOf("lesion");
  for (const row of rows) {
    const line = element("tr", {}, ...row.map(tableCell)), point = pointOfRow(columns, row);
    table.rows.push({ line, point, label: row[table.label] });
    line.addEventListener("click", () => goToRow(table.rows.findIndex(r => r.line === line)));
    body.append(line);
  }
  byId("lesions").replaceChildren(element("thead", {}, element("tr", {}, ...columns.map(c => element("th", { scope: "col" }, c)))), body);
  table.here = table.rows.findIndex(row => row.label === before && before !== undefined);
}

function goToRow(index) {
  const row = table.rows[index];
  if (!row?.point) return;
  table.here = index;
  if (state.zoom > 1) state.focus = row.point;
  moveTo(row.point);
  row.line.scrollIntoView({ block: "nearest" });
}

function stepRow(step) {
  if (table.rows.length) goToRow((table.here + step + table.rows.length) % table.rows.length);
}

/** The row of the label at the crosshair; else the last one gone to. */
function markRow() {
  const labels = views[0]?.layers.find(l => l.kind === "labels" && l.voxels);
  const here = labels ? valueText(views[0], labels) : "none";
  const found = here === "none" ? -1 : table.rows.findIndex(row => row.label === here);
  if (found >= 0) table.here = found;
  table.rows.forEach((row, i) => row.line.classList.toggle("here", i === table.here));
}
