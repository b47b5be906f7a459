import Foundation
import Kernels

/// What a run asks its caller while it is running.
struct RunControl {
  /// The number of threads to use from now on.
  let threads: () -> Int
  /// Whether to stop; called on any of the threads.
  let shouldStop: () -> Bool
}

/// The threads of one trial: each trains parts of a batch in its own network, which shares the parameters.
///
/// Each part's gradient starts from zero, and parts are added in order, so the bits are the same for any number of threads.
final class TrainingLanes {
  private var lanes: [BERT4Rec]
  /// The sum of the parts' gradients; allocated when a batch first has several parts.
  private var total: Parameters?
  /// Buffers for the gradients of parts that finish before their turn; one per thread except the first.
  private var spares: [Parameters] = []

  /// - Parameter network: The network of the first thread.
  init(_ network: BERT4Rec) { lanes = [network] }

  /// The gradient of a batch's mean loss; valid until the next batch.
  struct Trained {
    /// The sum of the targets' losses.
    let loss: Double
    let gradients: Parameters
  }

  /// Runs a batch forward and backward; `nil` if stopped.
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
    while spares.count < networks.count - 1 { spares.append(Parameters(layout: sum.layout)) }
    let queue = PartQueue(partCount: parts.count, sum: sum, spares: spares)
    inParallel(networks.count) { number in
      let network = networks[number]
      while let part = queue.next() {
        let loss = Self.train(parts[part], network, weight, dropout, control)
        queue.finish(part, loss, network.gradients)
      }
    }
    guard let loss = queue.loss else { return nil }
    return Trained(loss: loss, gradients: sum)
  }

  /// The rank of each sample's target, or `nil` if stopped.
  func ranks(of samples: [Sample], _ evaluator: Evaluator, _ control: RunControl) -> [Int]? {
    let count = min(max(1, control.threads()), Self.mostThreads(measuring: samples.count))
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

  /// The maximum number of threads that rank held-out samples; each needs a few hundred samples to pay off.
  static func mostThreads(measuring samples: Int) -> Int { max(1, samples / 256) }

  /// The first networks; missing ones are created.
  private func networks(_ count: Int) -> [BERT4Rec] {
    while lanes.count < count { lanes.append(BERT4Rec(sharing: lanes[0])) }
    return Array(lanes.prefix(max(1, count)))
  }

  /// Writes the gradient of the samples' loss to the network's gradients and returns the sum of their losses; `nil` if stopped.
  private static func train(
    _ samples: ArraySlice<MaskedBatch.Sample>, _ network: BERT4Rec, _ weight: Float, _ dropout: Dropout,
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

/// Distributes the parts of a batch, and adds their results in order.
private final class PartQueue {
  private struct State {
    var next = 0
    var added = 0
    var loss: Double? = 0
    /// Results that arrived before their turn.
    var parked: [Int: (loss: Double, gradients: Parameters)] = [:]
  }

  private let partCount: Int
  private let sum: Parameters
  private var spares: [Parameters]
  private let condition = NSCondition()
  private var state = State()

  /// - Parameter sum: Receives the sum of the gradients.
  /// - Parameter spares: Buffers that keep results until their turn, so that no thread has to wait for a slower one.
  init(partCount: Int, sum: Parameters, spares: [Parameters]) {
    self.partCount = partCount
    self.sum = sum
    self.spares = spares
  }

  /// The next part that no thread has taken, or `nil` if there is none or the run was stopped.
  func next() -> Int? {
    condition.withLock {
      guard state.next < partCount, state.loss != nil else { return nil }
      defer { state.next += 1 }
      return state.next
    }
  }

  /// Adds a part's result to those before it, now or as soon as they are available.
  ///
  /// - Parameter loss: `nil` if stopped.
  /// - Parameter gradients: May be reused afterwards.
  func finish(_ part: Int, _ loss: Double?, _ gradients: Parameters) {
    condition.withLock {
      guard let loss else {
        state.loss = nil
        return condition.broadcast()
      }
      while state.added < part, state.loss != nil, spares.isEmpty { condition.wait() }
      guard state.loss != nil else { return }
      if state.added < part {
        let spare = spares.removeLast()
        spare.buffer.all.copy(from: gradients.buffer.all)
        state.parked[part] = (loss, spare)
        return
      }
      add(loss, gradients)
      while let (loss, spare) = state.parked.removeValue(forKey: state.added) {
        add(loss, spare)
        spares.append(spare)
      }
      condition.broadcast()
    }
  }

  private func add(_ loss: Double, _ gradients: Parameters) {
    Kernels.add(gradients.buffer.all, times: 1, to: sum.buffer.all)
    state.loss = state.loss.map { $0 + loss }
    state.added += 1
  }

  /// The sum of the parts' losses, or `nil` if stopped.
  var loss: Double? { condition.withLock { state.loss } }
}
