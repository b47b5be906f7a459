import Foundation

/// Works on portions on several threads, and delivers the results one at a time, in the order of the portions.
///
/// A thread takes the next portion only when its last result is delivered, so there are never more portions in memory than threads. An
/// error, too, waits for its turn: what is delivered before it does not depend on the number of threads.
///
/// - Parameter next: The next portion, or `nil` after the last one; never called by two threads at once, nor while a result is delivered.
/// - Parameter work: Receives the thread's number, from 0.
/// - Parameter deliver: Never called by two threads at once.
func inOrder<Portion, Result>(
  threads: Int, next: () throws -> Portion?, work: (_ thread: Int, Portion) throws -> Result,
  deliver: (Result) throws -> Void
) throws {
  let condition = NSCondition()
  var (taken, delivered) = (0, 0)
  var isOver = false
  var failure: (any Error)?
  inParallel(max(1, threads)) { thread in
    while true {
      let portion: (number: Int, content: Swift.Result<Portion, any Error>)? = condition.withLock {
        guard !isOver else { return nil }
        let content = Swift.Result { try next() }
        let number = taken
        taken += 1
        switch content {
        case .success(let portion?): return (number, .success(portion))
        case .success(nil):
          isOver = true
          return nil
        case .failure(let error):
          isOver = true
          return (number, .failure(error))
        }
      }
      guard let portion else { return }
      let result = Swift.Result { try work(thread, portion.content.get()) }
      condition.withLock {
        while delivered < portion.number { condition.wait() }
        if failure == nil {
          do {
            try deliver(result.get())
          } catch {
            failure = error
            isOver = true
          }
        }
        delivered += 1
        condition.broadcast()
      }
    }
  }
  if let failure { throw failure }
}
