// The table of cases: failed ones first, sorted by a click on a column's head, found by a text.
const hasPictures = run.rows.some(row => row.pictures.length), hasViewers = run.rows.some(row => row.viewer);

function headCell(name, kind, title) {
  return el("th", { class: kind, scope: "col", title }, el("button", { type: "button" }, name));
}

/** `pair`: a number with all its digits and as a person reads it; nothing: not reported. */
function numberCell(pair, kind = "n") {
  return el("td", { class: kind, "data-v": pair ? pair[0] : "" }, pair ? pair[1] : "");
}

function pictureCell(row) {
  const [first, ...others] = row.pictures, cell = el("td", { class: "picture" });
  if (!first) return cell;
  const source = row.thumbnail ? `data:image/png;base64,${row.thumbnail}` : first.link;
  const shown = source ? el("img", { alt: `picture of ${row.name}`, src: source, loading: row.thumbnail ? null : "lazy" }) : first.name;
  cell.append(linkOr(first.link, shown));
  for (const other of others) cell.append(el("br"), linkOr(other.link, other.name));
  return cell;
}

function statusCell(row) {
  const kind = { done: "good", failed: "bad" }[row.status] ?? "soft", cell = el("td", { class: kind, "data-v": row.status }, row.status);
  if (row.reason) cell.append(el("span", { class: "why" }, row.node ? `${row.node}: ${row.reason}` : row.reason));
  if (row.earlier) cell.append(el("span", { class: "why" }, "no files of this run; ", linkOr(row.earlier, "files of an earlier run")));
  return cell;
}

function tableRow(row, index) {
  const ran = row.status !== "not started", line = el("tr", { id: `case-${index + 1}` });
  if (hasPictures) line.append(pictureCell(row));
  if (hasViewers) line.append(el("td", {}, row.viewer ? el("a", { href: row.viewer }, "look") : ""));
  line.append(el("td", { class: "name", title: row.name }, row.name), statusCell(row), ...row.columns.map(pair => numberCell(pair)));
  line.append(numberCell(ran ? row.seconds : null), numberCell(ran ? row.data : null), ...row.figures.map(pair => numberCell(pair, "n fig")));
  line.append(el("td", {}, ran ? linkOr(row.record, "record") : ""));
  return line;
}

function tableHead() {
  const cells = [...(hasPictures ? [el("th", { scope: "col" }, "picture")] : []), ...(hasViewers ? [el("th", { scope: "col" }, "images")] : []),
                 headCell("case", ""), headCell("status", ""), ...run.graphColumns.map(name => headCell(name, "n"))];
  cells.push(headCell("time, s", "n", "from its first firing to its last"),
             headCell("data, MiB", "n", "the most that nodes held for each other at once"),
             ...run.figureColumns.map(name => headCell(name, "n fig")), el("th", { scope: "col" }, "record"));
  return el("thead", {}, el("tr", {}, cells));
}

function makeSortable(table, lines) {
  const value = (line, column) => line.cells[column].dataset.v ?? line.cells[column].textContent;
  const compare = (a, b, numeric) => (numeric ? a - b : a.localeCompare(b, "en", { numeric: true }));
  table.tHead.addEventListener("click", event => {
    const head = event.target.closest("th");
    if (!head || !event.target.closest("button")) return;
    const up = head.getAttribute("aria-sort") !== "ascending", numeric = head.classList.contains("n"), column = head.cellIndex;
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const keyed = lines.map(line => [value(line, column), line]), empty = pair => numeric && pair[0] === "";
    keyed.sort((a, b) => empty(a) - empty(b) || (empty(a) ? 0 : (up ? 1 : -1) * compare(a[0], b[0], numeric)));
    table.tBodies[0].append(...keyed.map(pair => pair[1]));
  });
}

function showCases() {
  const order = run.rows.map((row, index) => [row, index]), failed = ([row]) => row.status !== "failed";
  order.sort((a, b) => failed(a) - failed(b));
  const lines = order.map(([row, index]) => tableRow(row, index));
  const table = el("table", { id: "table" }, tableHead(), el("tbody", {}, lines)), tools = [];
  if (run.figureColumns.length)
    tools.push(el("input", { type: "checkbox", id: "all" }), " ",
               el("label", { for: "all" }, `show the ${countText(run.figureColumns.length, "figure")} that nodes report`));
  const search = el("input", { type: "search", id: "search", placeholder: "find a case or a reason", "aria-label": "find a case or a reason" });
  search.addEventListener("input", () => {
    const wanted = search.value.toLowerCase();
    for (const line of lines) line.hidden = !line.textContent.toLowerCase().includes(wanted);
  });
  add("Cases", "cases", el("div", {}, tools, el("div", { class: "tools" }, search), el("div", { class: "wide" }, table)));
  makeSortable(table, lines);
}
