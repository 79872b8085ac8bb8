"use strict";
// The page of a run is made here from one JSON island. Names and messages come from files and plugins: they become text nodes and
// attributes, never markup.
const run = JSON.parse(document.getElementById("run-data").textContent);
const SVG = "http://www.w3.org/2000/svg";

function fill(made, properties, children) {
  for (const [key, value] of Object.entries(properties)) if (value !== undefined && value !== null) made.setAttribute(key, value);
  made.append(...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== ""));
  return made;
}
const el = (name, properties = {}, ...children) => fill(document.createElement(name), properties, children);
const svg = (name, properties = {}, ...children) => fill(document.createElementNS(SVG, name), properties, children);
const code = text => el("code", {}, text);
const soft = (...children) => el("span", { class: "soft" }, ...children);
const countText = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;
const facts = pairs => el("dl", { class: "facts" }, pairs.map(([name, ...what]) => [el("dt", {}, name), el("dd", {}, ...what)]));
const linkOr = (target, ...children) => (target ? el("a", { href: target }, ...children) : el("span", {}, ...children));

/** In the middle shortened: names often differ at the end. */
function shortened(text, width) {
  const letters = [...text];
  if (letters.length <= width) return text;
  const end = Math.floor((width - 2) / 2);
  return letters.slice(0, width - 2 - end).join("") + ".." + letters.slice(-end).join("");
}

function add(title, id, ...children) {
  document.body.append(el("h2", { id }, title), ...children.flat());
}
