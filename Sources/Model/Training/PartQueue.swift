import Foundation
import Kernels

/// Distributes the parts of a batch, and adds their results in order.
final class PartQueue {
  private struct Result {
    let loss: Double
    let gradients: GradientBuffer
  }

  private struct State {
    var next = 0
    /// The number of parts in the sum.
    var added = 0
    var sum: Result?
    var isStopped = false
    /// Results that arrived before their turn.
    var parked: [Int: Result] = [:]
    /// Buffers that nobody uses.
    var free: [GradientBuffer]
  }

  private let partCount: Int
  private let condition = NSCondition()
  private var state: State

  /// - Parameter free: Empty buffers. A thread that finishes a part gets one of them, since the sum or the waiting result keeps its own.
  ///   If there are at least as many buffers as threads, no thread waits for a slower one.
  init(partCount: Int, free: [GradientBuffer]) {
    self.partCount = partCount
    state = State(free: free)
  }

  /// The next part that no thread has taken, or `nil` if there is none or the run was stopped.
  func next() -> Int? {
    condition.withLock {
      guard state.next < partCount, !state.isStopped else { return nil }
      defer { state.next += 1 }
      return state.next
    }
  }

  /// Ends the distribution; there will be no sum.
  func stop() {
    condition.withLock {
      state.isStopped = true
      condition.broadcast()
    }
  }

  /// Adds a part's result to those before it, now or as soon as they are available.
  ///
  /// - Returns: A buffer for the next part's gradients.
  func finish(_ part: Int, _ loss: Double, _ gradients: GradientBuffer) -> GradientBuffer {
    condition.withLock {
      // The first part will need a buffer in exchange for its own.
      while state.added < part, !state.isStopped, state.free.count < (state.sum == nil ? 2 : 1) { condition.wait() }
      guard !state.isStopped else { return gradients }
      state.parked[part] = Result(loss: loss, gradients: gradients)
      while let result = state.parked.removeValue(forKey: state.added) {
        add(result)
        condition.broadcast()
      }
      return state.free.removeLast()
    }
  }

  private func add(_ result: Result) {
    state.added += 1
    guard let sum = state.sum else {
      state.sum = result
      return
    }
    Kernels.add(result.gradients.parameters.buffer.all, times: 1, to: sum.gradients.parameters.buffer.all)
    state.sum = Result(loss: sum.loss + result.loss, gradients: sum.gradients)
    state.free.append(result.gradients)
  }

  /// The sum of the parts' losses and gradients, and the buffers that nobody uses; `nil` if stopped.
  func end() -> (loss: Double, gradients: GradientBuffer, free: [GradientBuffer])? {
    condition.withLock {
      guard let sum = state.sum, state.added == partCount else { return nil }
      return (sum.loss, sum.gradients, state.free)
    }
  }
}
