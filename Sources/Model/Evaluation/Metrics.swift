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

  /// The metrics of rankings with one relevant item each.
  ///
  /// - Parameter ranks: The relevant item's rank in each ranking, counted from 1.
  /// - Returns: `nil` if there are no rankings.
  public init?(ranks: [Int], _ evaluation: EvaluationConfiguration) {
    guard !ranks.isEmpty else { return nil }
    self.init(rankings: ranks.map { [$0] }, evaluation)
  }

  /// The metrics of rankings with several relevant items, averaged and rounded.
  ///
  /// - Parameter rankings: For each, the relevant items' ranks in increasing order; at least one ranking.
  package init(rankings: [[Int]], _ evaluation: EvaluationConfiguration) {
    precondition(!rankings.isEmpty, "0 rankings have no mean")
    let largest = evaluation.cutoffs.max() ?? 1
    var values: [(name: String, value: Double)] = []
    for metric in evaluation.metrics {
      for k in evaluation.cutoffs {
        let total = rankings.reduce(0) { $0 + metric.value(ranks: $1, at: k, largest: largest) }
        let mean = total / Double(rankings.count)
        values.append(("\(metric.rawValue)@\(k)", mean.rounded(toDecimalPlaces: evaluation.metricDecimalPlaces)))
      }
    }
    self.values = values
  }
}

extension Double {
  /// Rounds as RecBole does: multiplied by a power of ten, rounded half to even, and divided again.
  package func rounded(toDecimalPlaces places: Int) -> Double {
    let power = pow(10, Double(places))
    return (self * power).rounded(.toNearestOrEven) / power
  }
}
