/// A metric that is no function of a user's recorded rank, so that reports can neither compute it again nor say how it varies over users.
///
/// It is measured when a trial is: in the study's own ranking, at the study's cut-offs.
package enum WholeMetric: String, Sendable, CaseIterable {
  case gauc, itemcoverage, averagepopularity, shannonentropy, giniindex, tailpercentage

  /// - Parameter name: A name such as `giniindex@10`, with or without a split; anything else gives `nil`.
  package init?(_ name: String) {
    let parts = MetricName(name).name.split(separator: "@", omittingEmptySubsequences: false)
    guard let first = parts.first, let metric = Self(rawValue: String(first)),
      parts.count == (metric == .gauc ? 1 : 2)
    else { return nil }
    self = metric
  }

  /// Why it is no function of a recorded rank, after its name.
  package var reason: String {
    self == .gauc
      ? "depends on the number of items in the ranking, which a study does not record"
      : "is measured over the lists of all users together"
  }
}
