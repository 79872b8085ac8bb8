"use strict";
// The page's data: one JSON island that describes runs and layers, and the voxels of each layer in an element of its own.
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

async function unpack(layer) {
  const holder = byId(layer.data);
  const buffer = await inflated(bytesOf(holder.textContent));
  holder.remove();
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
