import Dispatch
import Locks

/// A thread of its own for work that runs ahead of the caller's.
struct BackgroundQueue: Sendable {
  private let queue: DispatchQueue

  init(_ name: String) { queue = DispatchQueue(label: "model.\(name)") }

  /// Starts `work`, after all that was started before it.
  func start(_ work: @escaping @Sendable () -> Void) { queue.async(execute: work) }

  /// Waits until all that was started has ended.
  func wait() { queue.sync {} }
}

/// Runs `body` for every number below `count`, at the same time on as many threads, and waits for all of them.
///
/// What the bodies share, they have to guard themselves: each may use what no other one touches, what nobody changes
/// meanwhile, and what has a lock.
func inParallel(_ count: Int, _ body: (_ number: Int) -> Void) {
  guard count > 1 else {
    if count == 1 { body(0) }
    return
  }
  withoutActuallyEscaping(body) { body in
    // Safe under the rule above: the compiler cannot see that a body keeps to its own part.
    nonisolated(unsafe) let body = body
    DispatchQueue.concurrentPerform(iterations: count) { number in unsafe body(number) }
  }
}

/// The results of `make` for every number below `count`, in this order, made by `inParallel` under its rule.
func inParallel<Part: Sendable>(_ count: Int, make: (_ number: Int) -> Part) -> [Part] {
  let parts = Locked([Part?](repeating: nil, count: count))
  inParallel(count) { number in
    let part = make(number)
    parts.withLock { $0[number] = part }
  }
  return parts.withLock { $0.compactMap(\.self) }
}
