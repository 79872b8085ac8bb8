// Draws layers on a plane: for each pixel of the picture the voxel below it is looked up through the layer's own affine, so layers of
// different grids, oblique and flipped ones lie where they belong.

/** Calls use(pixel, x, y, z) for every pixel inside the layer's grid; x, y, z are voxel coordinates that need not be whole. */
function eachPixel(layer, frame, use) {
  const { width, height, start, right, down } = frame, inv = layer.inverse, [nx, ny, nz] = layer.size;
  const turned = v => [0, 1, 2].map(r => inv[4 * r] * v[0] + inv[4 * r + 1] * v[1] + inv[4 * r + 2] * v[2]);
  const first = plus(turned(start), [inv[3], inv[7], inv[11]]), dx = turned(right), dy = turned(down);
  for (let row = 0, pixel = 0; row < height; ++row) {
    let x = first[0] + row * dy[0], y = first[1] + row * dy[1], z = first[2] + row * dy[2];
    for (let column = 0; column < width; ++column, ++pixel, x += dx[0], y += dx[1], z += dx[2])
      if (x > -0.5 && y > -0.5 && z > -0.5 && x < nx - 0.5 && y < ny - 0.5 && z < nz - 0.5) use(pixel, x, y, z);
  }
}

function nearest(layer, x, y, z) {
  return layer.voxels[Math.round(x) + layer.size[0] * (Math.round(y) + layer.size[1] * Math.round(z))];
}

/** Trilinear; beyond the outermost voxels' centres the grid is continued by its last voxel. */
function between(layer, x, y, z) {
  const v = layer.voxels, [nx, ny, nz] = layer.size;
  const cx = Math.min(Math.max(x, 0), nx - 1), cy = Math.min(Math.max(y, 0), ny - 1), cz = Math.min(Math.max(z, 0), nz - 1);
  const x0 = Math.floor(cx), y0 = Math.floor(cy), z0 = Math.floor(cz), fx = cx - x0, fy = cy - y0, fz = cz - z0;
  const stepX = x0 < nx - 1 ? 1 : 0, stepY = y0 < ny - 1 ? nx : 0, stepZ = z0 < nz - 1 ? nx * ny : 0, at = x0 + nx * (y0 + ny * z0);
  const slice = i => {
    const upper = v[i] + fx * (v[i + stepX] - v[i]), j = i + stepY;
    return upper + fy * (v[j] + fx * (v[j + stepX] - v[j]) - upper);
  };
  const lower = slice(at);
  return fz > 1e-6 ? lower + fz * (slice(at + stepZ) - lower) : lower;
}

function blend(pixels, at, table, entry, opacity) {
  const part = opacity * table[entry + 3] / 255;
  for (let c = 0; c < 3; ++c) pixels[at + c] += (table[entry + c] - pixels[at + c]) * part;
}

function paintShades(pixels, layer, frame, smooth, opacity) {
  const table = tableOf(layer), stored = smooth ? between : nearest;
  eachPixel(layer, frame, (pixel, x, y, z) =>
    blend(pixels, 4 * pixel, table, 4 * Math.round(stored(layer, x, y, z)), opacity));
}

/** Masks and labels: filled as much as the layer's opacity says, with a line where they end. */
function paintRegions(pixels, layer, frame) {
  const { width, height } = frame, table = tableOf(layer), seen = new Uint16Array(width * height);
  eachPixel(layer, frame, (pixel, x, y, z) => { seen[pixel] = nearest(layer, x, y, z); });
  for (let row = 0, pixel = 0; row < height; ++row)
    for (let column = 0; column < width; ++column, ++pixel) {
      const one = seen[pixel];
      if (!one) continue;
      const ends = (column > 0 && seen[pixel - 1] !== one) || (column < width - 1 && seen[pixel + 1] !== one) ||
        (row > 0 && seen[pixel - width] !== one) || (row < height - 1 && seen[pixel + width] !== one);
      blend(pixels, 4 * pixel, table, 4 * one, ends ? 1 : layer.opacity);
    }
}

/** The picture of a plane. Layers come from the lowest, which is opaque, to the topmost. */
function painted(frame, layers, base, smooth) {
  const image = new ImageData(frame.width, frame.height), pixels = image.data;
  for (let i = 3; i < pixels.length; i += 4) pixels[i] = 255;
  for (const layer of layers)
    if (layer.kind === "mask" || layer.kind === "labels") paintRegions(pixels, layer, frame);
    else paintShades(pixels, layer, frame, smooth, layer === base ? 1 : layer.opacity);
  return image;
}
