// Times, the graph in layers, and what the run was made of.
const WIDTH = 1060;

function plot(height, label, ...children) {
  return el("div", { class: "plot" }, svg("svg", { width: WIDTH, height, viewBox: `0 0 ${WIDTH} ${height}`, role: "img", "aria-label": label },
                                          ...children));
}
const label = (kind, x, y, text) => svg("text", { class: kind, x, y }, text);

/** Longest first; without the nodes that did not run. */
function nodeTimes() {
  const ran = run.nodes.filter(node => node.firings > 0).sort((a, b) => b.busy - a.busy), others = run.nodes.length - ran.length;
  const rest = others ? el("p", { class: "soft" }, `${countText(others, "node")} did not run.`) : null;
  if (!ran.length) return rest;
  const left = 250, widest = 430, longest = ran[0].busy;
  const bars = ran.map((node, i) => {
    const y = 4 + 24 * i, width = longest > 0 ? Math.max(1.5, widest * node.busy / longest) : 0;
    const share = run.busy > 0 ? (100 * node.busy / run.busy).toFixed(1) : "0.0";
    return svg("g", {}, svg("title", {}, `${node.id} (${node.type}): ${countText(node.firings, "firing")}, busy ${node.busyText}`),
               label("label", left - 10, y + 12, shortened(node.id, 34)),
               svg("rect", { class: "bar", x: left, y, width: width.toFixed(1), height: 14, rx: 2 }),
               label("value", left + width + 8, y + 12, `${node.busyText} \u00b7 ${share} %`),
               node.slowest ? label("note", WIDTH, y + 12, `median ${node.median}, slowest ${node.slowest} (${shortened(node.slowestCase, 16)})`) : null);
  });
  return [plot(24 * ran.length + 4, "Busy time of each node", bars), rest];
}

function caseTimes() {
  const height = 110, left = 64, ran = run.rows.filter(row => row.status !== "not started");
  const longest = Math.max(0, ...ran.map(row => Number(row.seconds[0])));
  if (ran.length < 2 || longest <= 0) return null;
  const step = Math.min(28, (WIDTH - left) / ran.length), kinds = { done: "bar", failed: "bar bad" };
  const lines = [[8, run.longestText], [height, "0 s"]].map(([y, text]) =>
    [svg("line", { class: "grid", x1: left, x2: WIDTH, y1: y, y2: y }), label("label", left - 8, y + 4, text)]);
  const bars = ran.map((row, i) => {
    const tall = Math.max(1, (height - 8) * Number(row.seconds[0]) / longest), width = Math.max(0.5, step - (step > 4 ? 1.5 : step / 5));
    return svg("rect", { class: kinds[row.status] ?? "bar faint", x: (left + i * step).toFixed(2), y: (height - tall).toFixed(1),
                         width: width.toFixed(2), height: tall.toFixed(1) }, svg("title", {}, `${row.name}: ${row.status}, ${row.seconds[1]} s`));
  });
  return [el("h3", {}, "Each case, from its first firing to its last, in the order of the table of cases"),
          plot(height + 20, "Seconds of each case", lines.flat(), bars)];
}

function showTimes() {
  const slowest = run.slowest && [el("h3", {}, "What bound the slowest case"),
                                  el("p", {}, `${run.slowest.name}, ${run.slowest.time}: `, el("span", { class: "mono" }, run.slowest.path))];
  add("Times", "times", el("div", { class: "card" }, el("h3", {}, "Busy time of each node, over all cases and threads"), nodeTimes(),
                           caseTimes(), slowest));
}

/** Each node below all that it reads; nodes come after those that they read. */
function layersOfNodes() {
  const depth = new Map(), layers = [];
  for (const node of run.nodes) {
    const mine = Math.max(0, ...node.sources.map(id => (depth.get(id) ?? -1) + 1));
    depth.set(node.id, mine);
    (layers[mine] ??= []).push(node);
  }
  return layers;
}

function showGraph() {
  const box = node => {
    const reads = [...new Set(node.sources)].sort();
    return el("div", { class: "box", title: `plugin ${node.plugin} ${node.version}` }, el("b", {}, node.id), el("br"), node.type,
              el("br"), reads.length ? `reads ${reads.join(", ")}` : "");
  };
  add("Graph", "graph", el("div", { class: "card" }, layersOfNodes().map(layer => el("div", { class: "layer" }, layer.map(box)))));
}

function showOrigin() {
  const pairs = [["graph", `${run.title} `, code(run.graphFile)], ["SHA-256 of nodes, parameters and plugins", code(run.graphHash)],
                 ["plugins", [...new Set(run.nodes.map(node => `${node.plugin} ${node.version}`))].sort().join(", ")]];
  for (const model of run.models)
    pairs.push([`${model.parameter} of ${model.node}`, code(model.path), `, ${model.size}`, el("br"), code(model.sha256)]);
  const nodes = run.nodes.map(node => {
    const list = facts([...node.params, ...node.inputs.map(input => ["reads", input])]);
    list.classList.add("mono");
    return el("details", {}, el("summary", {}, el("b", {}, node.id), " ", soft(`${node.type}, plugin ${node.plugin} ${node.version}`)), list);
  });
  add("What it was made of", "made-of", el("div", { class: "card" }, facts(pairs),
    el("p", { class: "soft" }, "Hashes of every case's inputs and outputs are in its record, ", code("flowrun/cases/CASE.json"), "."),
    el("h3", {}, "Nodes and parameters"), nodes));
}

showHead();
showFailures();
showCases();
showRest();
if (run.nodes.length) {
  showTimes();
  showGraph();
  showOrigin();
}
if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
if (run.running) setTimeout(() => location.reload(), 60000);
