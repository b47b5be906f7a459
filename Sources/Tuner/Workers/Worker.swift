import Dispatch

/// A thread for training, which would otherwise block one of Swift's own threads for minutes.
struct Worker: Sendable {
  private let queue: DispatchQueue

  init(number: Int) { queue = DispatchQueue(label: "tuner.worker-\(number)") }

  /// Runs `work` on the worker's thread.
  func run<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
      queue.async { continuation.resume(returning: work()) }
    }
  }
}
