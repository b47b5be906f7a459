import Dispatch
import Locks

/// The reports of a trial that are written, in their order, while it trains on.
///
/// A server may be far, slow, or away for a while. Training waits for it only where a report decides how the trial goes on.
final class ReportQueue: Sendable {
  /// A report with the seconds that its attempt had taken.
  struct Entry: Sendable {
    var report: RunningTrial.Report
    let seconds: Double
  }

  private struct State {
    var waiting: [Entry] = []
    var isWriting = false
    var isClosed = false
    var failure: (any Error)?

    /// Whether a state waits or is being written: there is memory for one.
    var hasState = false

    /// Until when another large state would take too much of the trial's time.
    var rest: ContinuousClock.Instant?
  }

  private let state = Locked(State())
  private let queue = DispatchQueue(label: "tuner.reports")
  private let write: @Sendable (Entry) throws -> Void
  private let onFailure: @Sendable (any Error) -> Void

  /// The last report waits this long for the trial's end, so that one transaction can take both.
  private static let lastWait: DispatchTimeInterval = .milliseconds(50)

  /// A state of at most this size costs about as much as the report that it comes with.
  private static let smallState = 1 << 20

  private let restsAfterStates: Bool

  /// - Parameter restsAfterStates: Whether large states take at most a twentieth of the time, unless one takes over six seconds.
  /// - Parameter onFailure: Called once if a report cannot be written; those after it are not.
  init(
    restsAfterStates: Bool, write: @escaping @Sendable (Entry) throws -> Void,
    onFailure: @escaping @Sendable (any Error) -> Void
  ) {
    self.restsAfterStates = restsAfterStates
    self.write = write
    self.onFailure = onFailure
  }

  /// Whether a state should come with the next report; without one, a crash loses some more progress.
  var takesState: Bool { state.withLock { state in !state.hasState && state.rest.map { .now >= $0 } ?? true } }

  /// Adds a report, which is written soon.
  func add(_ entry: Entry) {
    var entry = entry
    let starts = state.withLock { state in
      if state.hasState { entry.report.checkpoint = nil }
      state.hasState = state.hasState || entry.report.checkpoint != nil
      state.waiting.append(entry)
      defer { state.isWriting = true }
      return !state.isWriting
    }
    guard starts else { return }
    if entry.report.isLast {
      queue.asyncAfter(deadline: .now() + Self.lastWait) { [self] in writeAll() }
    } else {
      queue.async { [self] in writeAll() }
    }
  }

  /// Writes a report, and first those that are left of earlier ones; returns when all are written.
  func addAndWait(_ entry: Entry) throws {
    state.withLock { $0.waiting.append(entry) }
    queue.sync { writeAll() }
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }

  /// Waits for the report that is being written, and returns those that are left; nothing is written any more.
  func close() -> [Entry] {
    state.withLock { $0.isClosed = true }
    queue.sync {}
    return state.withLock { $0.waiting.take() }
  }

  private func writeAll() {
    while let entry = next() {
      let start = ContinuousClock.now
      do { try write(entry) } catch {
        state.withLock { ($0.isClosed, $0.failure) = (true, error) }
        onFailure(error)
      }
      guard let bytes = entry.report.checkpoint?.count else { continue }
      let end = ContinuousClock.now
      state.withLock { state in
        state.hasState = false
        if restsAfterStates, bytes > Self.smallState { state.rest = end + min((end - start) * 20, .seconds(120)) }
      }
    }
  }

  private func next() -> Entry? {
    state.withLock { state in
      guard !state.isClosed, !state.waiting.isEmpty else {
        state.isWriting = false
        return nil
      }
      return state.waiting.removeFirst()
    }
  }
}

extension Array {
  /// Empties the array and returns what was in it.
  fileprivate mutating func take() -> [Element] {
    defer { removeAll() }
    return self
  }
}
