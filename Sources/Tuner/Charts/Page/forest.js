// The random forest of `run-hyper importance`, for scores where no trial is
//
// It is that of `ForestImportance`: given the same random numbers, it has the same trees, which a test checks.

const treeCount = 80;
const largestSample = 2000; // trials that a tree sees
const smallestLeaf = 3; // trials, counted as often as they were drawn

/** The number of trials from which predictions are worth a look. */
const fewestTrials = axisCount => Math.max(30, 5 * axisCount);

/** Numbers from 0 up to 1, always the same ones: SplitMix (Steele et al., 2014) with the mixing of MurmurHash3. */
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) * 2.3283064365386963e-10; // 2⁻³²
  };
}

/** The indices in ascending order of their values. */
const ascending = values => Uint32Array.from(values.keys()).sort((a, b) => values[a] - values[b] || a - b);

/**
 * Grows tree after tree, and gives each of them as soon as it is there.
 *
 * `columns` are the trials' positions from 0 to 1 on each axis, `counts` the numbers of equal steps whose middles are
 * the possible positions, 0 where all positions are.
 */
function* grownForest({ columns, values, counts }, randomOf = randomNumbers) {
  const orders = columns.map(ascending);
  for (let number = 0; number < treeCount; number += 1) {
    const random = randomOf(number << 16); // the same states come after 65,536 numbers at the earliest
    const weights = new Uint32Array(values.length);
    const size = Math.min(values.length, largestSample);
    for (let i = 0; i < size; i += 1) weights[Math.floor(random() * values.length)] += 1;
    const own = orders.map(order => order.filter(trial => weights[trial] > 0));
    yield grownTree({ columns, values, counts, weights, orders: own }, random);
  }
}

/**
 * A regression tree: a leaf has a value; another node has an axis, a threshold, the share of its side of the axis
 * that is below the threshold, and what is below and above it. The orders are left in disarray.
 */
function grownTree({ columns, values, counts, weights, orders }, random) {
  const axes = columns.map((_, axis) => axis);
  const [low, high] = [axes.map(() => 0), axes.map(() => 1)];
  const isBelow = new Uint8Array(values.length);
  const above = new Uint32Array(orders[0].length);

  const sums = (from, to) => {
    let [sum, weight] = [0, 0];
    for (let index = from; index < to; index += 1) {
      const trial = orders[0][index];
      sum += weights[trial] * values[trial];
      weight += weights[trial];
    }
    return { weight, mean: sum / weight };
  };

  /** The middle between two positions, or the nearest end of a step; null if it is no inner point of the side. */
  const thresholdBetween = (position, next, axis) => {
    const middle = position + (next - position) / 2;
    const threshold = counts[axis] > 0 ? Math.round(middle * counts[axis]) / counts[axis] : middle;
    return threshold > low[axis] && threshold < high[axis] ? threshold : null;
  };

  /** The split that leaves the least sum of squares; null if there is none. */
  const bestSplit = (from, to, { weight, mean }) => {
    const first = values[orders[0][from]];
    if (orders[0].subarray(from, to).every(trial => values[trial] === first)) return null;
    // In another order at each node, so that no axis is preferred where gains are equal.
    for (let i = 0; i < axes.length - 1; i += 1) {
      const other = i + Math.floor(random() * (axes.length - i));
      [axes[i], axes[other]] = [axes[other], axes[i]];
    }
    let [best, largest] = [null, -Infinity];
    for (const axis of axes) {
      const [order, column] = [orders[axis], columns[axis]];
      let [sumBelow, weightBelow] = [0, 0];
      let next = column[order[from]];
      for (let index = from + 1; index < to; index += 1) {
        const previous = order[index - 1];
        sumBelow += weights[previous] * (values[previous] - mean);
        weightBelow += weights[previous];
        const position = next;
        next = column[order[index]];
        const rest = weight - weightBelow;
        if (next <= position || weightBelow < smallestLeaf || rest < smallestLeaf) continue;
        const gain = (sumBelow * sumBelow) / (weightBelow * rest);
        if (!(gain > largest)) continue;
        const threshold = thresholdBetween(position, next, axis);
        if (threshold !== null) [largest, best] = [gain, { axis, threshold, index }];
      }
    }
    return best;
  };

  /** Moves what is below the split to the beginning of the range, on each axis in its order. */
  const partition = (from, to, { axis, index }) => {
    for (let i = from; i < to; i += 1) isBelow[orders[axis][i]] = i < index ? 1 : 0;
    for (const order of orders) {
      let [end, count] = [from, 0];
      for (let i = from; i < to; i += 1) {
        const trial = order[i];
        if (isBelow[trial]) order[end++] = trial;
        else above[count++] = trial;
      }
      order.set(above.subarray(0, count), end);
    }
  };

  const grow = (from, to) => {
    const all = sums(from, to);
    const split = bestSplit(from, to, all);
    if (split === null) return { value: all.mean };
    partition(from, to, split);
    const { axis, threshold, index } = split;
    const [start, end] = [low[axis], high[axis]];
    high[axis] = threshold;
    const below = grow(from, index);
    [low[axis], high[axis]] = [threshold, end];
    const node = { axis, threshold, share: (threshold - start) / (end - start), below, above: grow(index, to) };
    low[axis] = start;
    return node;
  };
  return grow(0, orders[0].length);
}

/**
 * The mean of the trees' predictions at the middles of `width` by `height` equal parts of two axes, over all positions
 * on the other axes: the marginal of the functional ANOVA. Rows follow each other in the result.
 */
function marginalOf(trees, [across, up], width, height) {
  // What a leaf adds to a box is noted at its corners, and added up in the end.
  const table = new Float64Array((width + 1) * (height + 1));
  const visit = (node, weight, left, right, bottom, top) => {
    if (left >= right || bottom >= top) return;
    const { axis, threshold, share, below, above } = node;
    if (!below) {
      const part = weight * node.value;
      table[bottom * (width + 1) + left] += part;
      table[bottom * (width + 1) + right] -= part;
      table[top * (width + 1) + left] -= part;
      table[top * (width + 1) + right] += part;
    } else if (axis === across) {
      const cut = Math.ceil(threshold * width - 0.5); // the first part whose middle is not below
      visit(below, weight, left, Math.min(right, cut), bottom, top);
      visit(above, weight, Math.max(left, cut), right, bottom, top);
    } else if (axis === up) {
      const cut = Math.ceil(threshold * height - 0.5);
      visit(below, weight, left, right, bottom, Math.min(top, cut));
      visit(above, weight, left, right, Math.max(bottom, cut), top);
    } else {
      visit(below, weight * share, left, right, bottom, top);
      visit(above, weight * (1 - share), left, right, bottom, top);
    }
  };
  for (const tree of trees) visit(tree, 1 / trees.length, 0, width, 0, height);
  for (let i = 1; i < table.length; i += 1) if (i % (width + 1) > 0) table[i] += table[i - 1];
  for (let i = width + 1; i < table.length; i += 1) table[i] += table[i - width - 1];
  return Array.from({ length: width * height }, (_, i) => table[Math.floor(i / width) * (width + 1) + (i % width)]);
}
