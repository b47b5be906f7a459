import Dispatch
import Locks

/// Does one piece of work after another on a thread that may wait for the database.
final class WorkQueue: Sendable {
  struct Full: Error, CustomStringConvertible {
    let description = "found too many requests at once; try again"
  }

  private static let most = 64
  private let queue = DispatchQueue(label: "run-hyper.dashboard.work")
  private let count = Locked(0)

  /// Waits for work; when the task is canceled, the work goes on unheard, or does not begin.
  ///
  /// - Throws: `Full` if too many others wait.
  func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    let isFull = count.withLock { count in
      guard count < Self.most else { return true }
      count += 1
      return false
    }
    if isFull { throw Full() }
    let waiter = Waiter<Value>()
    queue.async { [self] in
      if !waiter.isOver { waiter.end(with: Result { try work() }) }
      count.withLock { $0 -= 1 }
    }
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { waiter.begin($0) }
    } onCancel: {
      waiter.end(with: .failure(CancellationError()))
    }
  }
}

/// Somebody who waits for a value, of which only the first counts.
private final class Waiter<Value: Sendable>: Sendable {
  private struct State {
    var continuation: CheckedContinuation<Value, any Error>?
    var result: Result<Value, any Error>?
  }

  private let state = Locked(State())

  var isOver: Bool { state.withLock { $0.result != nil } }

  func begin(_ continuation: CheckedContinuation<Value, any Error>) {
    let result = state.withLock { state in
      state.continuation = continuation
      return state.result
    }
    if let result { continuation.resume(with: result) }
  }

  func end(with result: Result<Value, any Error>) {
    let continuation: CheckedContinuation<Value, any Error>? = state.withLock { state in
      guard state.result == nil else { return nil }
      state.result = result
      return state.continuation
    }
    continuation?.resume(with: result)
  }
}
