import Dispatch

/// Runs `body` for every number below `count`, at the same time on as many threads, and waits for all of them.
///
/// What the bodies share, they have to guard themselves: each may use what no other one touches, what nobody changes meanwhile, and
/// what has a lock.
func inParallel(_ count: Int, _ body: (_ number: Int) -> Void) {
  guard count > 1 else { return body(0) }
  withoutActuallyEscaping(body) { body in
    // Safe under the rule above: the compiler cannot see that a body keeps to its own lane.
    nonisolated(unsafe) let body = body
    DispatchQueue.concurrentPerform(iterations: count) { number in unsafe body(number) }
  }
}
