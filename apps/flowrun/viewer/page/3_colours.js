// Colours of layers. Those of masks and labels can be told apart by colour-blind people (Okabe and Ito); labels beyond follow by hue.
const MASK_COLOURS = [[255, 176, 0], [86, 180, 233], [0, 200, 140], [230, 90, 170], [240, 228, 66]];
const LABEL_COLOURS = [[230, 159, 0], [86, 180, 233], [0, 158, 115], [240, 228, 66], [0, 114, 178], [213, 94, 0], [204, 121, 167]];

function labelColour(index) {
  if (index < LABEL_COLOURS.length) return LABEL_COLOURS[index];
  const hue = index * 137.508 % 360, part = n => {
    const k = (n + hue / 30) % 12;
    return Math.round(255 * (0.6 - 0.38 * Math.max(-1, Math.min(k - 3, 9 - k, 1))));
  };
  return [part(0), part(8), part(4)];
}

/** Black, red, yellow, white: 0 to 1. */
const heat = x => [x * 2.6, x * 2.6 - 1, x * 4 - 3].map(c => Math.round(255 * Math.min(1, Math.max(0, c))));
const cssColour = c => `rgb(${c[0]}, ${c[1]}, ${c[2]})`;

/** For each stored number of a layer 4 bytes: its colour and whether it is seen at all. */
function tableOf(layer) {
  const count = layer.kind === "labels" ? layer.labels.length + 1 : 256, table = new Uint8Array(4 * count);
  const [low, high] = layer.window, span = Math.max(high - low, 1e-12);
  for (let stored = 0; stored < count; ++stored) {
    const value = valueOf(layer, stored), x = Math.min(1, Math.max(0, (value - low) / span));
    const colour = layer.kind === "image" ? [255 * x, 255 * x, 255 * x]
      : layer.kind === "probability" ? heat(0.25 + 0.75 * x)
      : layer.kind === "mask" ? layer.colour : stored ? labelColour(stored - 1) : [0, 0, 0];
    const seen = layer.kind === "image" || (layer.kind === "probability" ? value > low : stored > 0);
    table.set([...colour, seen ? 255 : 0], 4 * stored);
  }
  return table;
}
