// Points are in mm in the LPS frame (x to the left, y to posterior, z to superior). An affine is 3 rows of 4 numbers: voxel to mm.
const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const plus = (a, b, times = 1) => [a[0] + times * b[0], a[1] + times * b[1], a[2] + times * b[2]];
const scaled = (a, times) => [a[0] * times, a[1] * times, a[2] * times];
const LETTERS = ["LR", "PA", "SI"];
const WORDS = { L: "left", R: "right", P: "posterior", A: "anterior", S: "superior", I: "inferior" };

function toWorld(affine, voxel) {
  return [0, 1, 2].map(r => affine[4 * r] * voxel[0] + affine[4 * r + 1] * voxel[1] + affine[4 * r + 2] * voxel[2] + affine[4 * r + 3]);
}

/** The affine from mm to voxels, by cofactors. */
function inverse(a) {
  const m = (r, c) => a[4 * r + c];
  const cofactor = (r, c) => {
    const [r1, r2] = [0, 1, 2].filter(i => i !== r), [c1, c2] = [0, 1, 2].filter(i => i !== c);
    return ((r + c) % 2 ? -1 : 1) * (m(r1, c1) * m(r2, c2) - m(r1, c2) * m(r2, c1));
  };
  const determinant = [0, 1, 2].reduce((sum, c) => sum + m(0, c) * cofactor(0, c), 0);
  const rows = [0, 1, 2].map(r => [0, 1, 2].map(c => cofactor(c, r) / determinant));
  return rows.flatMap(row => [...row, -dot(row, [a[3], a[7], a[11]])]);
}

const spacingOf = affine => [0, 1, 2].map(c => Math.hypot(affine[c], affine[4 + c], affine[8 + c]));

/** For each world axis (L, P, S) the voxel axis closest to it, and its unit vector turned towards it. */
function axesOf(affine) {
  const spacing = spacingOf(affine);
  const column = c => [0, 1, 2].map(r => affine[4 * r + c] / spacing[c]);
  let best = null, most = -1;
  for (const order of [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]) {
    const sum = order.reduce((total, c, world) => total + Math.abs(column(c)[world]), 0);
    if (sum > most + 1e-9) [most, best] = [sum, order];
  }
  return best.map((c, world) => {
    const sign = column(c)[world] < 0 ? -1 : 1;
    return { axis: c, sign, spacing: spacing[c], vector: scaled(column(c), sign) };
  });
}

/** The side that a direction points to. */
function letterOf(direction) {
  const sizes = direction.map(Math.abs), world = sizes.indexOf(Math.max(...sizes));
  return LETTERS[world][direction[world] > 0 ? 0 : 1];
}

/** The largest angle between the image's axes and those of the body, in degrees. */
const tiltOf = axes => Math.max(...axes.map((a, world) => Math.acos(Math.min(1, Math.abs(a.vector[world]))) * 180 / Math.PI));

/** The three planes of a grid: u to the right of the picture, v down, w from slice to slice. */
function planesOf(axes, radiological) {
  const [left, posterior, superior] = axes, across = scaled(left.vector, radiological ? 1 : -1), down = scaled(superior.vector, -1);
  return [
    { name: "axial", u: across, v: posterior.vector, w: superior },
    { name: "coronal", u: across, v: down, w: posterior },
    { name: "sagittal", u: posterior.vector, v: down, w: left },
  ];
}

/** A point in words that leave no doubt about its frame. */
function pointText(point) {
  const ras = [-point[0], -point[1], point[2]].map(x => (Math.abs(x) < 0.05 ? 0 : x).toFixed(1));
  const sides = point.map((x, world) => `${Math.abs(x).toFixed(1)} ${WORDS[LETTERS[world][x >= 0 ? 0 : 1]]}`);
  return { ras: ras.join(", "), sides: sides.join(", ") };
}
