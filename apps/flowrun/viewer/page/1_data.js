"use strict";
// The page's data: one JSON island that describes runs and layers, and the voxels of each layer in an element of its own. A page
// that follows its case has a folder instead (page.folder), with scripts that each hand over one piece of data.
const byId = id => document.getElementById(id);
const page = JSON.parse(byId("page-data").textContent);

/** An element with properties and children; text is text, whatever it contains. */
function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties))
    if (key.startsWith("aria-") || key === "role" || key === "for") made.setAttribute(key, value);
    else made[key] = value;
  made.append(...children);
  return made;
}

function bytesOf(base64) {
  const text = atob(base64.trim()), bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; ++i) bytes[i] = text.charCodeAt(i);
  return bytes;
}

async function inflated(bytes) {
  if (!("DecompressionStream" in window))
    throw new Error("this browser is too old for the viewer: it needs Chromium 80, Firefox 113, Safari 16.4 or newer");
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

/** Each byte was stored as its difference from the voxel before it on the same row. */
function undoDifferences(bytes, width) {
  for (let row = 0; row < bytes.length; row += width)
    for (let i = row + 1; i < row + width; ++i) bytes[i] += bytes[i - 1];
}

const handedOver = new Map();

/** What the scripts of the folder call. */
function flowrunData(name, value) { handedOver.set(name, value); }

/** Runs a script of the folder, for what it hands over. The page's policy knows it by its nonce. */
async function fromFolder(name) {
  const script = element("script", { nonce: page.nonce, src: `${page.folder}/${name}.js?${Date.now()}` });
  try {
    await new Promise((done, failed) => {
      script.addEventListener("load", done);
      script.addEventListener("error", () => failed(new Error(`the file ${name}.js beside the page cannot be read`)));
      document.head.append(script);
    });
    if (!handedOver.has(name)) throw new Error(`the file ${name}.js beside the page is damaged`);
    return handedOver.get(name);
  } finally {
    script.remove();
    handedOver.delete(name);
  }
}

/** The text of a layer's voxels; of a page that holds its data itself once. */
async function packedVoxels(layer) {
  if (page.folder) return fromFolder(layer.data);
  const holder = byId(layer.data);
  holder.remove();
  return holder.textContent;
}

async function unpack(layer) {
  const buffer = await inflated(bytesOf(await packedVoxels(layer)));
  layer.voxels = layer.wide ? new Uint16Array(buffer) : new Uint8Array(buffer);
  if (layer.voxels.length !== layer.size[0] * layer.size[1] * layer.size[2]) throw new Error(`the voxels of ${layer.name} are incomplete`);
  if (layer.differences) undoDifferences(layer.voxels, layer.size[0]);
}

/** What a stored number stands for. */
function valueOf(layer, stored) {
  if (layer.kind === "mask") return stored ? 1 : 0;
  if (layer.kind === "labels") return stored ? layer.labels[stored - 1] : 0;
  return layer.low + stored * (layer.high - layer.low) / 255;
}
