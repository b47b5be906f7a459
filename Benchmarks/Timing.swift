import Glibc

/// How long something took, in several rounds.
struct Timing {
  /// Seconds of each round, the shortest first.
  let seconds: [Double]

  var median: Double {
    let middle = seconds.count / 2
    return seconds.count % 2 == 1 ? seconds[middle] : (seconds[middle - 1] + seconds[middle]) / 2
  }

  /// The time that a share of the rounds does not exceed, by the nearest rank.
  ///
  /// - Parameter share: 0.99 is the 99th percentile.
  func quantile(_ share: Double) -> Double {
    let rank = Int((share * Double(seconds.count)).rounded(.up))
    return seconds[min(max(rank, 1), seconds.count) - 1]
  }

  /// - Parameter seconds: At least one.
  init(seconds: [Double]) {
    precondition(!seconds.isEmpty, "a timing of no rounds")
    self.seconds = seconds.sorted()
  }

  /// The CPU time of `body` on this thread; where it is short, each round is the mean of as many calls as take 5 ms.
  init(rounds: Int, _ body: () throws -> Void) rethrows {
    var calls = 1
    while try Self.time(calls, body) < 0.005 { calls *= 2 }
    self.init(seconds: try (0..<rounds).map { _ in try Self.time(calls, body) / Double(calls) })
  }

  private static func time(_ calls: Int, _ body: () throws -> Void) rethrows -> Double {
    let start = cpuTime
    for _ in 0..<calls { try body() }
    return cpuTime - start
  }

  /// Seconds that this thread has computed, whatever else the machine did meanwhile.
  static var cpuTime: Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Seconds of waiting, from an origin of its own.
  static var wallTime: Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

/// What was measured, and what follows from it.
struct Measurement {
  let group: String
  let name: String
  let timing: Timing
  let rates: [Rate]
}

/// A figure that one can judge: its key in JSON, and its text in the table.
struct Rate {
  let key: String
  let value: Double
  let text: String

  init(_ key: String, _ value: Double, _ unit: String) {
    self.key = key
    self.value = value
    text = "\(Report.digits(value)) \(unit)"
  }

  /// - Parameter value: 1 is all.
  init(_ key: String, _ value: Double, share of: String) {
    self.key = key
    self.value = value
    text = "\(Report.digits(100 * value)) % \(of)"
  }

  static func perElement(_ timing: Timing, _ count: Int, _ element: String) -> [Rate] {
    [Rate("ns_per_element", timing.median / Double(count) * 1e9, "ns \(element)")]
  }
}
