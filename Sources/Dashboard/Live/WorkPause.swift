import Glibc

/// A pause of ten times the processor time that the work before it took, so that training goes on.
struct WorkPause {
  private static let factor = 10.0
  private static let longest: Duration = .seconds(10)

  private var end: ContinuousClock.Instant

  init(now: ContinuousClock.Instant = .now) { end = now }

  var isOver: Bool { isOver(at: .now) }

  func isOver(at now: ContinuousClock.Instant) -> Bool { now >= end }

  /// Begins now.
  ///
  /// - Parameter start: This thread's processor time when the work began.
  mutating func begin(afterWorkSince start: Double) {
    begin(afterSeconds: Self.processorTime - start, at: .now)
  }

  mutating func begin(afterSeconds seconds: Double, at now: ContinuousClock.Instant) {
    end = now + Self.length(afterSeconds: seconds)
  }

  static func length(afterSeconds seconds: Double) -> Duration { min(.seconds(seconds * factor), longest) }

  /// Seconds that the processor has worked on this thread.
  static var processorTime: Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
