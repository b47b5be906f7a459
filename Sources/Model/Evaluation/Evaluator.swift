import Kernels

/// Ranks the held-out item of each sample among all items.
///
/// Only padding is excluded from the ranking; items of the history are ranked, too, as in RecBole. If asked to, it also ranks without them.
package struct Evaluator {
  private let dataset: SequenceDataset

  /// What is left out of the second ranking; `nil` for none.
  private let seen: SeenItems?

  /// Says what the metrics need besides ranks; `nil` for nothing.
  private let evaluation: EvaluationConfiguration?

  /// - Parameter evaluation: The configuration whose metrics are computed from the ranks; `nil` if none are. If it leaves out what users
  ///   have had, `seen` has to be given.
  init(dataset: SequenceDataset, seen: SeenItems?, for evaluation: EvaluationConfiguration? = nil) {
    self.dataset = dataset
    self.seen = seen
    self.evaluation = evaluation
  }

  /// - Parameter includesUnseen: Whether to rank among unseen items, too.
  package init(dataset: SequenceDataset, includesUnseen: Bool = false) {
    self.init(dataset: dataset, seen: includesUnseen ? SeenItems(dataset) : nil)
  }

  /// Ranks what the metrics of a configuration need.
  init(dataset: SequenceDataset, for evaluation: EvaluationConfiguration) {
    self.init(dataset: dataset, seen: evaluation.isRepeatable ? nil : SeenItems(dataset), for: evaluation)
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
    let cutoffs = evaluation?.listCutoffs ?? []
    var lists = cutoffs.isEmpty ? nil : ListCounts(cutoffs: cutoffs, itemCount: dataset.itemCount)
    let reader = lists.map { empty in
      ListReader(length: empty.length, isRepeatable: evaluation?.isRepeatable ?? true) { lists?.add($0) }
    }
    if evaluation?.needsCandidateCounts == true { ranks.candidateCounts = [] }
    var rest = samples[...]
    while !rest.isEmpty {
      let portion = Array(rest.prefix(Self.samplesPerRanking))
      rest = rest.dropFirst(portion.count)
      let own = outputs.rows(from: 0, count: portion.count)
      guard
        network.outputs(
          after: portion.lazy.map { dataset.history(of: $0) }, into: own, shouldStop: shouldStop)
      else { return nil }
      let (labels, seen) = (portion.map { dataset.target(of: $0) }, seen?.items(before: portion))
      var more = network.ranks(own, labels: labels, leavingOut: seen, reader)
      if ranks.candidateCounts != nil, let seen {
        more.candidateCounts = SeenItems.candidateCounts(labels, leavingOut: seen, itemCount: dataset.itemCount)
      }
      ranks += more
    }
    ranks.lists = lists
    return ranks
  }
}
