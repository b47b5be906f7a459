package import Kernels

/// The mean over networks of an item's log-probability, at one target.
///
/// With scores sₘ of network m, whose softmax over all V classes, including padding, is that of the training:
///
///     (1/M) · Σₘ (sₘ[item] − log Σᵥ exp sₘ[v])
///
/// The sum over the classes is the same for all items, so the sum of the scores alone gives the ranking. This keeps what the value needs
/// beside it.
package struct MeanLogProbability: Sendable {
  private var sums: [LogSumExp]

  /// - Parameter networks: Their number, at least 1.
  package init(networks: Int) {
    precondition(networks > 0, "the mean over \(networks) networks")
    sums = Array(repeating: LogSumExp(), count: networks)
  }

  /// Adds the scores of the next items.
  ///
  /// - Parameter scores: `[items]`
  /// - Parameter zeros: `[items]`, all 0.
  package mutating func add(_ scores: Row, of network: Int, zeros: Row) { sums[network].add(scores, bias: zeros) }

  /// The mean log-probability of an item, once all scores are added.
  ///
  /// - Parameter total: The sum of the networks' scores of the item.
  package func value(total: Float) -> Float {
    let normalizers = sums.reduce(0.0) { $0 + Double($1.value(minus: 0)) }
    return Float((Double(total) - normalizers) / Double(sums.count))
  }
}
