import Foundation
import Kernels

/// Distributes the parts of a batch, and adds their results in order.
final class PartQueue {
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
