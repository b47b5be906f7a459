import Kernels

/// The threads of one trial: each trains parts of a batch in its own network, which shares the parameters.
///
/// Each part's gradient starts from zero, and parts are added in order, so the bits are the same for any number of threads.
final class BatchThreads {
  /// One for each thread so far.
  private var allNetworks: [BERT4Rec]
  /// Buffers that no network uses; allocated when a batch first has several parts.
  private var buffers: [GradientBuffer] = []

  private let cut: BatchCut

  /// - Parameter network: The network of the first thread.
  init(_ network: BERT4Rec, _ cut: BatchCut) {
    allNetworks = [network]
    self.cut = cut
  }

  /// The gradient of a batch's mean loss; valid until the next batch.
  struct Trained {
    /// The sum of the targets' losses.
    let loss: Double
    let gradients: Parameters
  }

  /// Runs a batch forward and backward; `nil` if stopped.
  func train(_ batch: MaskedBatch, _ dropout: Dropout, _ control: RunControl) -> Trained? {
    let weight = 1 / Float(batch.targetCount)
    let parts = cut.parts(of: batch)
    if parts.count == 1 {
      let network = allNetworks[0]
      guard let loss = Self.train(parts[0], on: network, weight: weight, dropout, control) else { return nil }
      return Trained(loss: loss, gradients: network.gradients)
    }
    let networks = networks(first: min(control.threads(), parts.count))
    while buffers.count < networks.count { buffers.append(networks[0].makeGradientBuffer()) }
    let queue = PartQueue(partCount: parts.count, free: buffers)
    // Networks and queue exchange them from here on.
    buffers = []
    inParallel(networks.count) { number in
      let network = networks[number]
      while let part = queue.next() {
        guard let loss = Self.train(parts[part], on: network, weight: weight, dropout, control) else {
          return queue.stop()
        }
        network.gradientBuffer = queue.finish(part, loss, network.gradientBuffer)
      }
    }
    guard let end = queue.end() else { return nil }
    buffers = end.free + [end.gradients]
    return Trained(loss: end.loss, gradients: end.gradients.parameters)
  }

  /// The rank of each sample's target, or `nil` if stopped.
  func ranks(of samples: [Sample], _ evaluator: Evaluator, _ control: RunControl) -> TargetRanks? {
    let count = min(max(1, control.threads()), Self.mostThreads(measuring: samples.count))
    if count <= 1 { return evaluator.ranks(of: samples, allNetworks[0], shouldStop: control.shouldStop) }
    let networks = networks(first: count)
    let share = (samples.count + count - 1) / count
    let parts = inParallel(
      count,
      make: { (number: Int) -> TargetRanks? in
        let own = samples[min(number * share, samples.count)..<min((number + 1) * share, samples.count)]
        return evaluator.ranks(of: own, networks[number], shouldStop: control.shouldStop)
      })
    return parts.dropFirst().reduce(parts[0]) { all, part in
      guard var all, let part else { return nil }
      all += part
      return all
    }
  }

  /// The maximum number of threads that rank held-out samples; each needs a few hundred samples to pay off.
  static func mostThreads(measuring samples: Int) -> Int { max(1, samples / 256) }

  /// The first networks; missing ones are created.
  private func networks(first count: Int) -> [BERT4Rec] {
    while allNetworks.count < count { allNetworks.append(BERT4Rec(sharing: allNetworks[0])) }
    return Array(allNetworks.prefix(max(1, count)))
  }

  /// Writes the gradient of the samples' loss to the network's gradients and returns the sum of their losses; `nil` if stopped.
  private static func train(
    _ samples: ArraySlice<MaskedBatch.Sample>, on network: BERT4Rec, weight: Float, _ dropout: Dropout,
    _ control: RunControl
  ) -> Double? {
    network.gradients.buffer.clear()
    var loss = 0.0
    var block = Block()
    for sample in samples {
      if !network.blockSize.fits(length: sample.items.count, targets: sample.targets.count, in: block) {
        guard let own = network.train(block, weight: weight, dropout, shouldStop: control.shouldStop) else {
          return nil
        }
        loss += own
        block.removeAll()
      }
      block.append(sample.items, targets: sample.targets, key: sample.key)
    }
    return network.train(block, weight: weight, dropout, shouldStop: control.shouldStop).map { loss + $0 }
  }
}
