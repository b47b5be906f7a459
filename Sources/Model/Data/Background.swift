import Dispatch
import Synchronization

/// A thread of its own for work that runs ahead of the caller's.
struct BackgroundQueue: Sendable {
  private let queue: DispatchQueue

  init(_ name: String) { queue = DispatchQueue(label: "model.\(name)") }

  /// Starts `work`, after all that was started before it.
  func start(_ work: @escaping @Sendable () -> Void) { queue.async(execute: work) }

  /// Waits until all that was started has ended.
  func wait() { queue.sync {} }
}

/// The results of `make` for 0 to `count - 1`, in this order, made on several threads.
func concurrently<Part: Sendable>(_ count: Int, _ make: @Sendable (Int) -> Part) -> [Part] {
  let parts = Mutex([Part?](repeating: nil, count: count))
  DispatchQueue.concurrentPerform(iterations: count) { index in
    let part = make(index)
    parts.withLock { $0[index] = part }
  }
  return parts.withLock { $0.compactMap(\.self) }
}
