import Foundation
import Testing

@testable import Tuner

/// The forest of the page and the surface of its heat map, run by Node.js.
@Suite(.enabled(if: Node.isInstalled, "Node.js is not installed, so the page's forest is not checked"))
struct SurfaceScriptTests {
  // MARK: - The forest

  /// What the script takes: positions by axis, and the numbers of steps of the axes.
  private struct Sample: Encodable {
    let columns: [[Double]]
    let values: [Double]
    let counts: [Int]
  }

  /// What the script gives: the trees' leaves, each as its value and its bounds by axis, and means over parts of two axes.
  private struct Forest: Decodable {
    let trees: [[[Double]]]
    let means: [Double]
  }

  private static let axes: [ForestImportance.Axis] = [.interval, .steps(4), .interval]

  /// Trials in an order without meaning, some of them at the same place.
  private static let trials: [ForestImportance.Trial] = {
    var generator = SplitMix64(7)
    return (0..<150).map { number in
      let (x, y, z) = (generator.nextUniform(), Double(number % 4), (8 * generator.nextUniform()).rounded(.down) / 8)
      let value = sin(6 * x) * (0.5 + y) + z * z + 0.1 * generator.nextUniform()
      return ForestImportance.Trial(positions: [x, y, z], value: value)
    }
  }()

  /// `SplitMix64` with the key that `ForestImportance` gives a tree, as the script wants its random numbers.
  private static let swiftNumbers = """
    const [whole, step] = [(1n << 64n) - 1n, 0x9E3779B97F4A7C15n];
    const mix = number => {
      let z = number & whole;
      z = ((z ^ (z >> 30n)) * 0xBF58476D1CE4E5B9n) & whole;
      z = ((z ^ (z >> 27n)) * 0x94D049BB133111EBn) & whole;
      return z ^ (z >> 31n);
    };
    const swiftNumbers = seed => {
      let state = 0n;
      for (const part of [0n, 0x666F7265n, BigInt(seed >> 16)]) state = mix(state + step) ^ mix(part + step);
      return () => {
        state = (state + step) & whole;
        return Number(mix(state) >> 11n) * 2 ** -53;
      };
    };
    """

  @Test func `With the same random numbers, the page grows the forest of importance`() throws {
    let source = ForestSource(Self.axes, Self.trials)
    let trees = (0..<ForestImportance.treeCount).map { number in
      var generator = SplitMix64(0, 0x666F_7265, UInt64(number))
      let (sample, _) = source.sample(limit: ForestImportance.largestSample, using: &generator)
      return RegressionTree(sample, smallestLeaf: ForestImportance.smallestLeaf, using: &generator)
    }
    let columns = Self.axes.indices.map { axis in
      Self.trials.map { axis == 1 ? ($0.positions[1] + 0.5) / 4 : $0.positions[axis] }
    }
    let sample = Sample(columns: columns, values: Self.trials.map(\.value), counts: [0, 4, 0])
    let input = String(decoding: try JSONEncoder().encode(sample), as: UTF8.self)
    let output = try run(
      """
      \(Self.swiftNumbers)
      const trees = [...grownForest(\(input), swiftNumbers)];
      const leaves = ({ value, axis, threshold, below, above }, box) => {
        if (!below) return [[value, ...box.flat()]];
        const [low, high] = box[axis];
        return [...leaves(below, box.with(axis, [low, threshold])), ...leaves(above, box.with(axis, [threshold, high]))];
      };
      return { trees: trees.map(tree => leaves(tree, [[0, 1], [0, 1], [0, 1]])), means: marginalOf(trees, [0, 1], 20, 4) };
      """)
    let forest = try JSONDecoder().decode(Forest.self, from: Data(output.utf8))
    let leaves: [[[Double]]] = trees.map { tree in
      tree.leaves.map { leaf in [leaf.value] + Self.bounds(of: leaf).flatMap { [$0.low, $0.high] } }
    }
    #expect(forest.trees == leaves)

    // The plain sum of the marginal: for each part of both axes, all leaves that hold its middle.
    var means: [Double] = []
    for row in 0..<4 {
      for column in 0..<20 {
        let (x, y) = ((Double(column) + 0.5) / 20, (Double(row) + 0.5) / 4)
        var sum = 0.0
        for leaf in trees.flatMap(\.leaves) {
          let sides = Self.bounds(of: leaf)
          guard sides[0].low <= x, x < sides[0].high, sides[1].low <= y, y < sides[1].high else { continue }
          sum += leaf.value * (sides[2].high - sides[2].low)
        }
        means.append(sum / Double(trees.count))
      }
    }
    #expect(forest.means.count == 80 && zip(forest.means, means).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  private static func bounds(of leaf: RegressionTree.Leaf) -> [(low: Double, high: Double)] {
    axes.indices.map { axis in
      let side = leaf.sides.first { $0.axis == axis }
      return (side?.low ?? 0, side?.high ?? 1)
    }
  }

  @Test func `The page's forest has the size and the limits of that of importance`() throws {
    let counts = [1, 6, 7, 20]
    let expected =
      [ForestImportance.treeCount, ForestImportance.largestSample, Int(ForestImportance.smallestLeaf)]
      + counts.map { ForestImportance.fewestTrials(axisCount: $0) }
    let found = try run("return [treeCount, largestSample, smallestLeaf, ...\(counts).map(fewestTrials)]")
    #expect(try JSONDecoder().decode([Int].self, from: Data(found.utf8)) == expected)
  }

  @Test func `The page's own random numbers are even, and the same each time`() throws {
    let sides = try run(
      """
      const draw = seed => Array.from({ length: 8000 }, randomNumbers(seed));
      const parts = Array(8).fill(0);
      for (const number of draw(3 << 16)) parts[Math.floor(8 * number)] += 1;
      const isSame = (a, b) => draw(a).join() === draw(b).join();
      return [parts.every(count => Math.abs(count - 1000) < 120), isSame(65536, 65536), isSame(0, 65536)];
      """)
    #expect(sides == "[true,true,false]")
  }

  // MARK: - The surface

  /// A study of two ranges, a list of numbers and a list of texts: of the acts, `tanh` is best and `relu` next.
  private static let study = """
    const declared = {
      rate: { kind: "loguniform", low: 0.0001, high: 1 }, dropout: { kind: "uniform", low: 0, high: 0.5 },
      layers: { kind: "choice", values: ["1", "2", "4"] }, act: { kind: "choice", values: ["relu", "gelu", "tanh"] },
    };
    const number = value => ({ text: String(value), number: value });
    const trialOf = (i, count) => {
      const [x, y, layers] = [(i + 0.5) / count, ((i * 7) % count) / (2 * count), [1, 2, 4][i % 3]];
      const act = declared.act.values[(i >> 1) % 3];
      return preparedTrial({
        number: i + 1, state: "completed", value: -((x - 0.6) ** 2) + { relu: 0.1, gelu: 0, tanh: 0.3 }[act],
        parameters: {
          rate: number(10 ** (4 * x - 4)), dropout: number(y), layers: number(layers), act: { text: act, number: null },
        },
      });
    };
    const show = (count, fits = () => true) => {
      const trials = Array.from({ length: count }, (_, i) => trialOf(i, count)).filter(fits);
      const chart = { metric: "ndcg@10", direction: "maximize", parameters: Object.keys(declared), axes: declared };
      page.study = prepared(chart, trials);
    };
    """

  @Test func `A surface is offered where an axis is a range and enough trials have completed`() throws {
    let offers = try run(
      """
      \(Self.study)
      const offersOf = (...names) => hasSurface(names.map(axisOf));
      const offers = [];
      for (const count of [29, 30]) {
        show(count);
        offers.push(offersOf("rate", "dropout"), offersOf("layers", "rate"), offersOf("layers", "act"));
      }
      page.selection = new Set(page.study.trials.slice(1).map(trial => trial.number));
      return [...offers, offersOf("rate", "dropout")];
      """)
    #expect(offers == "[false,false,false,true,true,false,false]")
  }

  @Test func `A surface has its cells on the axes as they are drawn, and says where no trial is near`() throws {
    let said = try run(
      """
      \(Self.study)
      show(90, trial => trial.parameters.rate.number < 0.09); // all below three quarters of the axis
      const { columns, rows, cells } = surfaceCells(axisOf("rate"), axisOf("act"));
      const at = (column, row) => cells[row * columns.length + column];
      const best = row => columns.reduce((best, _, i) => (at(i, row).value > at(best, row).value ? i : best), 0);
      const [near, far] = [at(11, 2), at(18, 2)];
      return [
        cells.length, rows.map(row => row.text), rows.every((_, row) => Math.abs(best(row) - 11.5) < 3),
        rows.map((_, row) => at(11, row).value).map((value, _, all) => all.filter(other => other < value).length),
        near.best.parameters.act.text, near.count > 0, Math.abs(axisOf("rate").of(near.best) - 0.575) < 0.05,
        far.count, far.best, predictionText(far).endsWith("; no trial near"),
        cells.flatMap(cell => [...cell.numbers]).length,
      ];
      """)
    #expect(said == #"[60,["relu","gelu","tanh"],true,[1,0,2],"tanh",true,true,0,null,true,66]"#)
  }

  @Test func `A forest that grows in parts is as one that grows at once, and follows an earlier one`() throws {
    let steps = try run(
      """
      \(Self.study)
      const waiting = [];
      globalThis.setTimeout = call => waiting.push(call);
      const means = () => marginalOf(forests.shown.trees, [0, 1], 4, 4).join();
      const grow = () => { while (waiting.length > 0) waiting.shift()(); };
      frame.isPrinting = false;
      performance.now = () => 0; // at once
      show(60);
      surfaceCells(axisOf("rate"), axisOf("dropout"));
      const whole = [forests.shown.trees.length, means()];
      let time = 0;
      performance.now = () => (time += 5); // two trees at a time
      page.filter.text = "rank<100"; // another selection of the same trials
      page.selection = new Set(page.study.trials.map(trial => trial.number));
      surfaceCells(axisOf("rate"), axisOf("dropout"));
      const part = forests.shown.trees.length;
      grow();
      const isSame = means() === whole[1];
      show(61);
      page.selection = null;
      surfaceCells(axisOf("rate"), axisOf("dropout"));
      const kept = forests.shown.sample.values.length;
      grow();
      return [whole[0], part < 80, forests.shown.isDone, isSame, kept, forests.shown.sample.values.length];
      """)
    #expect(steps == "[80,true,true,true,60,61]")
  }

  /// What the body of a function returns, as JSON.
  private func run(_ body: String) throws -> String {
    let files = [
      PackageResources.scales_js, PackageResources.study_js, PackageResources.selection_js, PackageResources.plots_js,
      PackageResources.slices_js, PackageResources.heatmap_js, PackageResources.forest_js, PackageResources.surface_js,
    ].map { String(decoding: $0, as: UTF8.self) }
    // A drawing needs a browser; what it draws does not.
    let browser = """
      var document = { createElement: () => ({ getContext: () => null }) };
      var frame = { isPrinting: true };
      var redraw = () => {};
      """
    let call = "console.log(JSON.stringify((() => {\n\(body)\n})()));"
    return try Node.output(of: ([browser] + files + [call]).joined(separator: "\n"))
  }
}
