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
    var labels: [Int32] = []
    var ranked: [Sample] = []
    var block = Block()
    /// Returns `false` if stopped.
    func flush() -> Bool {
      guard block.targetCount > 0 else { return true }
      guard let head = network.forward(block, .none, shouldStop: shouldStop) else { return false }
      outputs.rows(from: labels.count, count: head.rows).copy(from: head)
      labels += block.labels
      block.removeAll()
      return true
    }
    for sample in samples {
      let input = Masking.input(dataset.history(of: sample), maskToken: Int32(network.itemCount))
      if !network.blockSize.fits(length: input.count, targets: 1, in: block) {
        guard flush() else { return nil }
      }
      let target = MaskedPosition(place: Int32(input.count - 1), label: dataset.target(of: sample))
      block.append(input, targets: [target], key: 0)
      ranked.append(sample)
      if labels.count + block.targetCount == Self.samplesPerRanking {
        guard flush() else { return nil }
        ranks += network.ranks(outputs, labels: labels, leavingOut: seen?.items(before: ranked))
        labels.removeAll()
        ranked.removeAll()
      }
    }
    guard flush() else { return nil }
    ranks += network.ranks(
      outputs.rows(from: 0, count: labels.count), labels: labels, leavingOut: seen?.items(before: ranked))
    return ranks
  }
}
