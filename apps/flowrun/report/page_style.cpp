// How a run's page looks, and the script that sorts and filters its table. The page can be read without the script.
#include "report/page_style.h"

namespace flowrun {

const std::string_view kPageStyle = R"css(
:root { color-scheme: light dark;
  --page: #f6f7f9; --card: #ffffff; --ink: #1a1f26; --soft: #5b6572; --line: #dfe3e8; --bar: #3d7ab8; --bad: #b3261e; --bad-back: #fdf0ef;
  --good: #1f7a4d; --faint: #9aa4b0; --edge: #8b97a5; --zebra: #fafbfc; }
@media (prefers-color-scheme: dark) { :root {
  --page: #14171b; --card: #1c2127; --ink: #e6e9ed; --soft: #9aa5b1; --line: #323a43; --bar: #5b9bd5; --bad: #f28b82; --bad-back: #33201f;
  --good: #6cc495; --faint: #66707c; --edge: #6d7986; --zebra: #20262d; } }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1180px; padding: 24px 28px 60px; background: var(--page); color: var(--ink);
  font: 14px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
h1 { font-size: 24px; margin: 0; }
h2 { font-size: 17px; margin: 34px 0 10px; }
h3 { font-size: 14px; margin: 18px 0 6px; }
p { margin: 4px 0 10px; }
a { color: var(--bar); }
code, .mono { font: 12px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
.soft { color: var(--soft); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 14px 18px; }
.banner { margin: 12px 0 0; padding: 8px 14px; border-radius: 8px; border: 1px solid var(--bar); background: var(--card); }
.tiles { display: flex; flex-wrap: wrap; gap: 12px; margin: 18px 0 0; padding: 0; list-style: none; }
.tiles li { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 10px 16px; min-width: 120px; }
.tiles b { display: block; font-size: 22px; line-height: 1.25; font-weight: 600; }
.tiles span { color: var(--soft); }
.tiles .bad b, td.bad, .bad-text { color: var(--bad); }
.tiles .good b, td.good { color: var(--good); }
.failures { list-style: none; margin: 0; padding: 0; }
.failures li { background: var(--bad-back); border: 1px solid var(--line); border-left: 4px solid var(--bad); border-radius: 6px;
  padding: 8px 14px; margin: 0 0 8px; overflow-wrap: anywhere; }
.failures .where { color: var(--soft); }
.failures .reason { display: block; white-space: pre-wrap; }
.tools { display: inline-block; margin: 0 0 10px 18px; }
.tools[hidden] { display: none; }
.tools input[type=search] { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: 5px 10px; width: 240px; }
.wide { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: 7px 12px; text-align: left; border-bottom: 1px solid var(--line); vertical-align: middle; white-space: nowrap; }
tbody tr:last-child td { border-bottom: 0; }
tbody tr:nth-child(even) { background: var(--zebra); }
tbody tr:target { outline: 2px solid var(--bar); outline-offset: -2px; }
th { font-weight: 600; color: var(--soft); background: var(--card); }
th button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; }
th button:hover, th[aria-sort] button { color: var(--ink); }
th[aria-sort=ascending] button::after { content: " \2191"; }
th[aria-sort=descending] button::after { content: " \2193"; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
.why { display: -webkit-box; -webkit-box-orient: vertical; -webkit-line-clamp: 2; overflow: hidden; color: var(--ink); white-space: normal;
  min-width: 220px; max-width: 400px; overflow-wrap: anywhere; }
td.name { max-width: 260px; overflow: hidden; text-overflow: ellipsis; }
td img { display: block; max-width: 150px; max-height: 112px; border-radius: 4px; }
td.picture { padding: 4px 12px; }
.fig { display: none; }
#all:checked ~ .wide .fig { display: table-cell; }
.plot { overflow-x: auto; }
svg { display: block; font: 12px system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
svg text { fill: var(--ink); }
svg .bar { fill: var(--bar); }
svg .bar.bad { fill: var(--bad); }
svg .bar.faint { fill: var(--faint); }
svg .label, svg .note { text-anchor: end; fill: var(--soft); }
svg .grid { stroke: var(--line); }
.layer { display: flex; flex-wrap: wrap; gap: 8px; justify-content: center; margin-bottom: 16px; }
.box { border: 1px solid var(--edge); border-radius: 6px; padding: 4px 10px; text-align: center; font-size: 12px;
  max-width: 18em; overflow-wrap: anywhere; }
details { margin: 0 0 6px; }
summary { cursor: pointer; }
dl.facts { display: grid; grid-template-columns: max-content 1fr; gap: 4px 18px; margin: 0; }
dl.facts dt { color: var(--soft); }
dl.facts dd { margin: 0; overflow-wrap: anywhere; }
@media print { body { max-width: none; } .tools { display: none; } }
)css";

const std::string_view kPageScript = R"js(
"use strict";
const table = document.getElementById("table"), body = table.tBodies[0], rows = Array.from(body.rows);
const value = (row, column) => row.cells[column].dataset.v ?? row.cells[column].textContent;
const compare = (a, b, numeric) => !numeric ? a.localeCompare(b, "en", { numeric: true }) : a === "" ? (b === "" ? 0 : 1) : b === "" ? -1 : a - b;
table.tHead.addEventListener("click", event => {
  const head = event.target.closest("th");
  if (!head || !event.target.closest("button")) return;
  const up = head.getAttribute("aria-sort") !== "ascending", numeric = head.classList.contains("n"), column = head.cellIndex;
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", up ? "ascending" : "descending");
  const keyed = rows.map(row => [value(row, column), row]);
  keyed.sort((a, b) => numeric && (a[0] === "" || b[0] === "") ? compare(a[0], b[0], true) : (up ? 1 : -1) * compare(a[0], b[0], numeric));
  body.append(...keyed.map(pair => pair[1]));
});
const search = document.getElementById("search");
search.parentElement.hidden = false;
search.addEventListener("input", () => {
  const wanted = search.value.toLowerCase();
  for (const row of rows) row.hidden = !row.textContent.toLowerCase().includes(wanted);
});
)js";

const std::string_view kPageScriptHash = "/QFN6gYm/72pNjG/V/cvLHynH0hhE+02K8zMebzfXe8=";

}  // namespace flowrun
