import Kernels

/// Ranks the held-out item of each sample among all items.
///
/// Only padding is excluded from the ranking; items of the history are ranked, too, as in RecBole. If asked to, it also ranks without them.
package struct Evaluator {
  private let dataset: SequenceDataset

  /// What is left out of the second ranking; `nil` for none.
  private let seen: SeenItems?

  init(dataset: SequenceDataset, seen: SeenItems?) {
    self.dataset = dataset
    self.seen = seen
  }

  /// - Parameter includesUnseen: Whether to rank among unseen items, too.
  package init(dataset: SequenceDataset, includesUnseen: Bool = false) {
    self.init(dataset: dataset, seen: includesUnseen ? SeenItems(dataset) : nil)
  }

  /// The number of histories whose targets are ranked together, so that the items' weights are read from memory only once for all of them.
  private static let samplesPerRanking = 256

  /// The rank of each sample's target; `nil` if stopped by `shouldStop`.
  package func ranks(of samples: some Collection<Sample>, _ network: BERT4Rec, shouldStop: () -> Bool = { false })
    -> TargetRanks?
  {
    let hidden = network.configuration.hiddenSize
    let buffer = FloatBuffer(count: Self.samplesPerRanking * hidden)
    defer { withExtendedLifetime(buffer) {} }
    let outputs = buffer.matrix(rows: Self.samplesPerRanking, columns: hidden)
    var ranks = TargetRanks(unseen: seen != nil)
    ranks.amongAll.reserveCapacity(samples.count)
    var rest = samples[...]
    while !rest.isEmpty {
      let portion = Array(rest.prefix(Self.samplesPerRanking))
      rest = rest.dropFirst(portion.count)
      let own = outputs.rows(from: 0, count: portion.count)
      guard
        network.outputs(
          after: portion.lazy.map { dataset.history(of: $0) }, into: own, shouldStop: shouldStop)
      else { return nil }
      ranks += network.ranks(
        own, labels: portion.map { dataset.target(of: $0) }, leavingOut: seen?.items(before: portion))
    }
    return ranks
  }
}
