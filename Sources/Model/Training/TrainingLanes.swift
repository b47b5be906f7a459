import Foundation
import Kernels

/// What a run asks its caller while it goes on.
struct RunControl {
  /// How many threads to use from now on.
  let threads: () -> Int
  /// Whether to stop; asked by any of the threads.
  let shouldStop: () -> Bool
}

/// The threads inside one trial: each trains parts of a batch in a network of its own that shares the parameters.
///
/// A part's gradient starts from zero, and parts are added up in their order, so the bits are the same for any number of threads.
final class TrainingLanes {
  private var lanes: [BERT4Rec]
  /// Where the parts' gradients are added up; made when a batch first has several.
  private var total: Parameters?

  /// - Parameter network: Does the work when there is one thread.
  init(_ network: BERT4Rec) { lanes = [network] }

  /// The gradient of a batch's mean loss, to be found in `gradients` until the next batch.
  struct Trained {
    /// The sum of the targets' losses.
    let loss: Double
    let gradients: Parameters
  }

  /// Runs a batch forward and backward; `nil` when stopped.
  func train(_ batch: MaskedBatch, _ dropout: Dropout, _ control: RunControl) -> Trained? {
    let weight = 1 / Float(batch.targetCount)
    let parts = batch.parts()
    if parts.count == 1 {
      let network = lanes[0]
      guard let loss = Self.train(parts[0], network, weight, dropout, control) else { return nil }
      return Trained(loss: loss, gradients: network.gradients)
    }
    let sum = total ?? Parameters(layout: lanes[0].layout)
    total = sum
    sum.buffer.clear()
    let networks = networks(min(control.threads(), parts.count))
    let queue = PartQueue(partCount: parts.count)
    inParallel(networks.count) { number in
      let network = networks[number]
      while let part = queue.next() {
        let loss = Self.train(parts[part], network, weight, dropout, control)
        queue.finish(part, loss) { add(network.gradients.buffer.all, times: 1, to: sum.buffer.all) }
      }
    }
    guard let loss = queue.loss else { return nil }
    return Trained(loss: loss, gradients: sum)
  }

  /// The rank of each sample's target, or `nil` when stopped.
  func ranks(of samples: [Sample], _ evaluator: Evaluator, _ control: RunControl) -> [Int]? {
    // Below some hundred samples a thread is not worth its start.
    let count = min(max(1, control.threads()), samples.count / 256)
    if count <= 1 { return evaluator.ranks(of: samples, lanes[0], shouldStop: control.shouldStop) }
    let networks = networks(count)
    let share = (samples.count + count - 1) / count
    let parts = inParallel(
      count,
      make: { (number: Int) -> [Int]? in
        let own = samples[min(number * share, samples.count)..<min((number + 1) * share, samples.count)]
        return evaluator.ranks(of: own, networks[number], shouldStop: control.shouldStop)
      })
    return parts.contains { $0 == nil } ? nil : parts.flatMap { $0 ?? [] }
  }

  /// The first networks; the missing ones are made.
  private func networks(_ count: Int) -> [BERT4Rec] {
    while lanes.count < count { lanes.append(BERT4Rec(sharing: lanes[0])) }
    return Array(lanes.prefix(max(1, count)))
  }

  /// The gradient of some samples' loss, into the network's gradients, and the sum of their losses; `nil` when stopped.
  private static func train(
    _ samples: ArraySlice<MaskedBatch.Sample>, _ network: BERT4Rec, _ weight: Float, _ dropout: Dropout,
    _ control: RunControl
  ) -> Double? {
    network.gradients.buffer.clear()
    var loss = 0.0
    var block = Block()
    for sample in samples {
      if !network.blockSize.fits(length: sample.items.count, targets: sample.targets.count, in: block) {
        if control.shouldStop() { return nil }
        loss += network.train(block, weight: weight, dropout)
        block.removeAll()
      }
      block.append(sample.items, targets: sample.targets, key: sample.key)
    }
    if control.shouldStop() { return nil }
    return loss + network.train(block, weight: weight, dropout)
  }
}

/// Hands out the parts of a batch, and lets their results be added up in order.
private final class PartQueue {
  private struct State {
    var next = 0
    var added = 0
    var loss: Double? = 0
  }

  private let partCount: Int
  private let condition = NSCondition()
  private var state = State()

  init(partCount: Int) { self.partCount = partCount }

  /// A part that no thread has yet, or `nil` when there is none, or the run is stopped.
  func next() -> Int? {
    condition.withLock {
      guard state.next < partCount, state.loss != nil else { return nil }
      defer { state.next += 1 }
      return state.next
    }
  }

  /// Waits until all parts before this one are added, then adds it.
  ///
  /// - Parameter loss: `nil` when stopped.
  func finish(_ part: Int, _ loss: Double?, add: () -> Void) {
    condition.withLock {
      while state.added < part { condition.wait() }
      state.added += 1
      if let sum = state.loss, let loss {
        add()
        state.loss = sum + loss
      } else {
        state.loss = nil
      }
      condition.broadcast()
    }
  }

  /// The sum of the parts' losses, or `nil` when stopped.
  var loss: Double? { condition.withLock { state.loss } }
}
