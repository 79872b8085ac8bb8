"use strict";
// Names come from files and plugins: they become text nodes and attributes, never markup.
const data = JSON.parse(document.getElementById("run-data").textContent);

function el(name, properties, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties || {})) if (value) made.setAttribute(key, value);
  made.append(...children.flat().filter(child => child !== null && child !== ""));
  return made;
}
const isNumber = text => text === "" || text === "-" || Number.isFinite(Number(text));

function tableOf(table) {
  const right = table.columns.map((_, i) => table.rows.some(row => row[i].text !== "") && table.rows.every(row => isNumber(row[i].text)));
  const cell = (value, i) => el("td", { class: right[i] ? "n" : "" }, value.link ? el("a", { href: value.link }, value.text) : value.text);
  return el("div", { class: "wide" },
    el("table", {}, el("thead", {}, el("tr", {}, table.columns.map((name, i) => el("th", { class: right[i] ? "n" : "" }, name)))),
      el("tbody", {}, table.rows.map(row => el("tr", {}, row.map(cell))))));
}

function pictureOf(picture) {
  const shown = picture.png ? el("img", { src: "data:image/png;base64," + picture.png, alt: picture.label }) : el("p", { class: "soft" }, "not in this page: it is too large");
  return el("figure", {}, shown, el("figcaption", {}, picture.label));
}

document.title = data.title;
document.body.append(el("h1", {}, data.title), ...data.lines.map(line => el("p", { class: "soft" }, line)));
for (const part of data.parts) {
  document.body.append(el("h2", {}, part.title));
  if (part.items) document.body.append(part.items.length ? el("ul", {}, part.items.map(item => el("li", {}, item))) : el("p", { class: "soft" }, "none"));
  if (part.table) document.body.append(part.table.rows.length ? tableOf(part.table) : el("p", { class: "soft" }, "none"));
  for (const row of part.pictures || []) document.body.append(el("div", { class: "row" }, row.map(pictureOf)));
}
