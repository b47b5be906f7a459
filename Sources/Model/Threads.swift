import Dispatch
import Locks

/// A separate thread for work that runs ahead of the caller.
struct BackgroundQueue: Sendable {
  private let queue: DispatchQueue

  init(_ name: String) { queue = DispatchQueue(label: "model.\(name)") }

  /// Starts `work` after all previously started work.
  func start(_ work: @escaping @Sendable () -> Void) { queue.async(execute: work) }

  /// Waits until all started work has ended.
  func wait() { queue.sync {} }
}

/// Runs `body` in parallel for every number below `count`, and waits for all calls.
///
/// The calls must guard shared data themselves: each may use data that no other call uses, data that is not changed
/// in the meantime, and data protected by a lock.
func inParallel(_ count: Int, _ body: (_ number: Int) -> Void) {
  guard count > 1 else {
    if count == 1 { body(0) }
    return
  }
  withoutActuallyEscaping(body) { body in
    // Safe under the rule above: the compiler cannot see that each call keeps to its own part.
    nonisolated(unsafe) let body = body
    DispatchQueue.concurrentPerform(iterations: count) { number in unsafe body(number) }
  }
}

/// The results of `make` for every number below `count`, in order, computed by `inParallel` under its rule.
func inParallel<Part: Sendable>(_ count: Int, make: (_ number: Int) -> Part) -> [Part] {
  let parts = Locked([Part?](repeating: nil, count: count))
  inParallel(count) { number in
    let part = make(number)
    parts.withLock { $0[number] = part }
  }
  return parts.withLock { $0.compactMap(\.self) }
}
