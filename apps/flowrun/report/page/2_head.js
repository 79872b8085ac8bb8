// Totals, failures, warnings.
function banners() {
  const texts = [];
  if (run.running)
    texts.push(`The run continues: ${run.rows.length} of ${countText(run.cases, "case")} have ended. This page is written again about each minute.`);
  if (run.interrupted) texts.push("The run was interrupted before all cases were done.");
  if (run.severalGraphs)
    texts.push("The cases were not all made by the same graph, parameters and plugin versions; those below are of the first case.");
  return texts.map(text => el("p", { class: "banner" }, text));
}

function showHead() {
  document.title = `${run.title}: ${run.state}`;
  const line = el("p", { class: "soft" });
  if (run.graphFile) line.append("graph ", code(run.graphFile), ", ");
  if (run.started) line.append(`first case begun ${run.started}, `);
  line.append(`page written ${run.written} by flowrun ${run.version}`);
  document.body.append(el("header", {}, el("h1", {}, run.title), line, banners()));
  document.body.append(el("ul", { class: "tiles" }, run.tiles.map(tile =>
    el("li", { class: tile.kind || null }, el("b", {}, tile.value), el("span", {}, tile.what)))));
}

function failureItem(failure) {
  const who = el("b", {}, failure.who), { node, type, plugin } = failure;
  return el("li", {}, failure.row ? el("a", { href: `#case-${failure.row}` }, who) : who, " ",
            el("span", { class: "where" }, node ? `node ${node} (${type}, plugin ${plugin})` : ""),
            el("span", { class: "reason" }, failure.reason),
            failure.replay ? soft("run that firing alone: ", code(`flowrun replay ${failure.replay}`)) : null);
}

function showFailures() {
  if (run.failures.length) add("Failures", "failures", el("ul", { class: "failures" }, run.failures.map(failureItem)));
}

function showRest() {
  if (run.warnings.length)
    add("Warnings", "warnings", el("details", { class: "card" }, el("summary", {}, countText(run.warnings.length, "warning")),
                                   el("ul", {}, run.warnings.map(text => el("li", {}, text)))));
  if (run.leftOut.length)
    add("Left out", "left-out", el("div", { class: "card" }, el("ul", {}, run.leftOut.map(one =>
      el("li", {}, `${countText(one.cases, "case")}: ${one.text}`)))));
  if (run.figures.length)
    add("Figures of the run", "figures", el("div", { class: "card" }, facts(run.figures.map(one => [one.name, one.text]))));
}
