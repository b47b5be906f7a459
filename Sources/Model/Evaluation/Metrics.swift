import Foundation

/// Averages of ranking metrics over samples, such as `ndcg@10`.
public struct Metrics: Sendable, Equatable {
  /// Names and values: metrics in the configured order, and for each metric the cut-offs in the configured order.
  public let values: [(name: String, value: Double)]

  /// The value with a name such as `mrr@10`.
  public subscript(name: String) -> Double? { values.first { $0.name == name }?.value }

  public static func == (a: Metrics, b: Metrics) -> Bool {
    a.values.elementsEqual(b.values) { $0.name == $1.name && $0.value == $1.value }
  }

  init(values: [(name: String, value: Double)]) { self.values = values }

  /// The metrics that are functions of ranks up to a cut-off, of rankings with one relevant item each; `RankingMeasures` has all.
  ///
  /// - Parameter ranks: The relevant item's rank in each ranking, counted from 1.
  /// - Returns: `nil` if there are no rankings.
  public init?(ranks: [Int], _ evaluation: EvaluationConfiguration) {
    guard !ranks.isEmpty else { return nil }
    self.init(rankings: ranks.map { [$0] }, evaluation)
  }

  /// The same metrics of rankings with several relevant items, averaged and rounded.
  ///
  /// - Parameter rankings: For each, the relevant items' ranks in increasing order; at least one ranking.
  package init(rankings: [[Int]], _ evaluation: EvaluationConfiguration) {
    values = evaluation.metrics.filter { $0.source == .rank }.flatMap { Self.values(of: $0, rankings, evaluation) }
  }

  /// A metric at each cut-off, averaged over rankings and rounded.
  static func values(
    of metric: RankingMetric, _ rankings: [[Int]], _ evaluation: EvaluationConfiguration
  ) -> [(name: String, value: Double)] {
    precondition(!rankings.isEmpty, "0 rankings have no mean")
    let largest = evaluation.cutoffs.max() ?? 1
    return zip(metric.names(at: evaluation.cutoffs), evaluation.cutoffs).map { name, k in
      let total = rankings.reduce(0) { $0 + metric.value(ranks: $1, at: k, largest: largest) }
      let mean = total / Double(rankings.count)
      return (name, mean.rounded(toDecimalPlaces: evaluation.metricDecimalPlaces))
    }
  }
}

extension Double {
  /// Rounds as RecBole does: multiplied by a power of ten, rounded half to even, and divided again.
  package func rounded(toDecimalPlaces places: Int) -> Double {
    let power = pow(10, Double(places))
    return (self * power).rounded(.toNearestOrEven) / power
  }
}
