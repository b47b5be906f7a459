import Foundation

/// A test of whether the means of several trials over the same users can be equal, for growing sets of trials.
///
/// There are two test statistics: the distance between the leader and the trial furthest behind it, and the distance between the
/// leader and the average of all. The first is large if a few trials are worse, the second if a few are better. Each is expressed
/// in units of its standard deviation under equality, and the larger one is used. Under equality any trial may be the leader, so the
/// first is compared with the range, the largest distance between any two trials, and the second with the largest lead of any
/// trial. All distances are in standard errors of the respective differences.
///
/// The distributions are simulated from the normal distribution with the users' covariance: g = L z with the Cholesky
/// factor L. This is equivalent to weighting each user by a normal number, at a cost that does not depend on the number of
/// users.
///
/// Source: Hothorn, Bretz and Westfall, *Simultaneous Inference in General Parametric Models*, 2008, for maxima of
/// correlated normal statistics; Hansen, Lunde and Nason, *The Model Confidence Set*, 2011, section 3.1.2, for both
/// kinds of distances.
struct EqualityTest {
  /// Sixteen simulations at once.
  private typealias Lanes = SIMD16<Float>

  /// The number of simulations; a p-value near 0.05 then has a standard error of 0.0034.
  static let simulationCount = 4_096

  /// `[trials][trials]`, the lower triangle of Σ dᵢ dⱼ over users, where d is the leader's value minus the trial's.
  ///
  /// Its scale cancels out. It is taken about 0, the differences' mean under equality.
  private let products: [[Double]]

  /// Each trial's distance to the leader.
  private let distances: [Double]

  /// - Parameters:
  ///   - distances: The distance Σd / √Σd² of each trial except the leader, in increasing order.
  ///   - differences: `[trials][users]`, d.
  init(distances: [Double], differences: [[Double]]) {
    self.distances = distances
    products = Self.products(of: differences)
  }

  /// For each k, the p-value of equality for the leader and the first k + 1 trials.
  ///
  /// Takes O(trials² · (users + simulations)).
  func pValues(seed: UInt64) -> [Double] {
    let (ranges, leads) = simulated(seed: seed)
    let observed = observedLeads
    return distances.indices.map { k in
      let (range, lead) = (Self.moments(of: ranges[k]), Self.moments(of: leads[k]))
      let (rangeScale, leadScale) = (Float(1 / range.deviation), Float(1 / lead.deviation))
      func larger(_ rangeValue: Lanes, _ leadValue: Lanes) -> Lanes {
        var larger = (rangeValue - Float(range.mean)) * rangeScale
        larger.formMaximum((leadValue - Float(lead.mean)) * leadScale)
        return larger
      }
      guard range.deviation > 0, lead.deviation > 0 else { return 1 }
      let threshold = larger(Lanes(repeating: Float(distances[k])), Lanes(repeating: Float(observed[k])))[0]
      var exceeding = 1
      for block in ranges[k].indices {
        let value = larger(ranges[k][block], leads[k][block])
        for lane in value.indices where value[lane] >= threshold { exceeding += 1 }
      }
      return Double(exceeding) / Double(Self.simulationCount + 1)
    }
  }

  /// The leader's distance to the average of itself and the first k + 1 trials.
  private var observedLeads: [Double] {
    var (sum, variance) = (0.0, 0.0)
    return distances.indices.map { k in
      sum += distances[k] * products[k][k].squareRoot()
      variance += 2 * products[k].reduce(0, +) - products[k][k]
      return variance > 0 ? sum / variance.squareRoot() : 0
    }
  }

  // MARK: - Simulation

  /// `[trials][simulations]` of the range and of the largest lead in each set.
  private func simulated(seed: UInt64) -> (ranges: [[Lanes]], leads: [[Lanes]]) {
    let factor = choleskyFactor
    let gapPrecisions = gapPrecisions
    let leadPrecisions = leadPrecisions
    var generator = SplitMix64(seed, 0x6571_7561)  // "equa"
    var normals = [Lanes](repeating: .zero, count: distances.count)
    var means = normals
    var ranges = distances.map { _ in [Lanes]() }
    var leads = ranges
    for _ in 0..<Self.simulationCount / Lanes.scalarCount {
      var range = Lanes.zero
      var sum = Lanes.zero
      for k in distances.indices {
        normals[k] = Self.normalLanes(using: &generator)
        var mean = Lanes.zero
        let row = factor[k]
        for j in 0...k { mean += normals[j] * row[j] }
        means[k] = mean
        sum += mean
        let average = sum / Float(k + 2)
        // The leader is the origin: its own mean is 0, and those of the trials are their distances behind it.
        let (gapPrecision, leadPrecision) = (gapPrecisions[k], leadPrecisions[k])
        range.formMaximum(mean * mean * gapPrecision[k])
        var lead = average.positiveSquares * leadPrecision[k + 1]
        for j in 0...k {
          let gap = mean - means[j]
          if j < k { range.formMaximum(gap * gap * gapPrecision[j]) }
          lead.formMaximum((average - means[j]).positiveSquares * leadPrecision[j])
        }
        ranges[k].append(range.squareRoot())
        leads[k].append(lead.squareRoot())
      }
    }
    return (ranges, leads)
  }

  private static func moments(of blocks: [Lanes]) -> (mean: Double, deviation: Double) {
    var (sum, squares) = (0.0, 0.0)
    for block in blocks {
      sum += Double(block.sum())
      squares += Double((block * block).sum())
    }
    let mean = sum / Double(simulationCount)
    return (mean, max(0, squares / Double(simulationCount) - mean * mean).squareRoot())
  }

  // MARK: - Covariance

  /// Eight users at once; otherwise Σ would be a scalar loop, since floating-point addition is not reordered.
  private static func products(of columns: [[Double]]) -> [[Double]] {
    let blocks = columns.map { column in
      stride(from: 0, to: column.count, by: 8).map { start in
        var lanes = SIMD8<Double>.zero
        for user in start..<min(start + 8, column.count) { lanes[user - start] = column[user] }
        return lanes
      }
    }
    return blocks.indices.map { i in
      (0...i).map { j in
        var sum = SIMD8<Double>.zero
        for block in blocks[i].indices { sum += blocks[i][block] * blocks[j][block] }
        return sum.sum()
      }
    }
  }

  /// L with L Lᵀ = C; a trial whose variance is explained by earlier ones has a pivot of 0.
  private var choleskyFactor: [[Float]] {
    var factor: [[Double]] = []
    for (i, row) in products.enumerated() {
      var line = row
      for j in 0...i {
        let other = j < i ? factor[j] : line
        var rest = row[j]
        for m in 0..<j { rest -= line[m] * other[m] }
        // Where the result should be 0, rounding leaves about 1e-16 of the diagonal.
        let isPivot = rest > 1e-12 * row[i]
        line[j] = j == i ? (isPivot ? rest.squareRoot() : 0) : (other[j] > 0 ? rest / other[j] : 0)
      }
      factor.append(line)
    }
    return factor.map { $0.map(Float.init) }
  }

  /// 1 / variance of gᵢ − gⱼ, or 0 if the two never differ; on the diagonal, that of gᵢ.
  private var gapPrecisions: [[Float]] {
    products.indices.map { i in
      (0...i).map { j in
        let (own, other) = (products[i][i], i == j ? 0 : products[j][j])
        return Self.precision(i == j ? own : own + other - 2 * products[i][j], among: own + other)
      }
    }
  }

  /// `[sets][trials]`: 1 / variance of the average minus gⱼ, or 0 if it never differs; the leader's is last.
  private var leadPrecisions: [[Float]] {
    var rowSums: [Double] = []
    var blockSum = 0.0
    return products.indices.map { k in
      let row = products[k]
      for j in 0..<k { rowSums[j] += row[j] }
      rowSums.append(row.reduce(0, +))
      blockSum += 2 * rowSums[k] - row[k]
      let size = Double(k + 2)
      let average = blockSum / (size * size)
      let own = (0...k).map { j in
        Self.precision(average - 2 * rowSums[j] / size + products[j][j], among: average + products[j][j])
      }
      return own + [Self.precision(average, among: average)]
    }
  }

  /// The inverse of a variance, or 0 if the variance is only a rounding error.
  private static func precision(_ variance: Double, among size: Double) -> Float {
    variance > 1e-12 * size ? Float(1 / variance) : 0
  }

  /// Box and Muller, *A Note on the Generation of Random Normal Deviates*, 1958.
  private static func normalLanes(using generator: inout SplitMix64) -> Lanes {
    var lanes = Lanes.zero
    for lane in stride(from: 0, to: Lanes.scalarCount, by: 2) {
      let radius = (-2 * log(1 - generator.nextUniform())).squareRoot()
      let angle = 2 * Double.pi * generator.nextUniform()
      lanes[lane] = Float(radius * cos(angle))
      lanes[lane + 1] = Float(radius * sin(angle))
    }
    return lanes
  }
}

extension SIMD16<Float> {
  /// Keeps the larger of two numbers in each lane.
  fileprivate mutating func formMaximum(_ other: Self) { replace(with: other, where: other .> self) }

  /// The squares of positive numbers, 0 for others.
  fileprivate var positiveSquares: Self { (self * self).replacing(with: 0, where: self .< 0) }
}
