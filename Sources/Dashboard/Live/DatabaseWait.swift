import Locks

/// How long the database has kept its only reader waiting; what is computed between reads does not count.
final class DatabaseWait: Sendable {
  private let start = Locked<ContinuousClock.Instant?>(nil)

  /// A wait that is longer is told to the pages.
  private static let patience: Duration = .seconds(3)

  /// Reads.
  func during<Value>(_ read: () throws -> Value) rethrows -> Value {
    start.withLock { $0 = .now }
    defer { start.withLock { $0 = nil } }
    return try read()
  }

  func isLong(at now: ContinuousClock.Instant = .now) -> Bool {
    start.withLock { $0.map { now - $0 > Self.patience } ?? false }
  }
}
