import Foundation
import Testing

/// Trials that stand still where a test wants to act, instead of a test that hopes to act in time.
enum Pausing {
  /// Studies whose trials a test stops: they need no time of their own.
  static let small = ["--hidden_size=16", "--inner_size=16"]

  /// The environment in which a process stops itself after these reports, counted over its trials; one epoch makes one report.
  static func afterReports(_ counts: Int...) -> [String: String] {
    ["RUN_HYPER_PAUSE": "observation-committed:" + counts.map { "\($0)" }.joined(separator: ",")]
  }

  /// The environment in which a process is killed after a report.
  static func deathAfterReport(_ count: Int) -> [String: String] {
    ["RUN_HYPER_FAULT": "observation-committed:\(count)"]
  }

  /// Waits until a process has stopped itself, with nobody shut out of its study's database.
  ///
  /// - Parameter isolated: Whether it runs in the namespace that the given process made.
  /// - Returns: The number of the process that stands still.
  @discardableResult
  static func wait(for process: Process, isolated: Bool = false, in program: Program) throws -> Int32 {
    let number = try waitForStop(of: process, isolated: isolated)
    try SQLite.pause(number, of: program)
    return number
  }

  /// Waits until a process has stopped itself, maybe in the middle of a write to its database.
  static func waitForStop(of process: Process, isolated: Bool = false) throws -> Int32 {
    var number = process.processIdentifier
    try Program.wait(until: "it stops itself", while: process) {
      if isolated {
        guard let program = Isolation.program(in: process) else { return false }
        number = program
      }
      return isStopped(number)
    }
    return number
  }

  /// Lets a process that stands still go on.
  static func resume(_ number: Int32) { kill(number, SIGCONT) }

  /// Source: proc_pid_stat(5); the state stands behind the name, which is in parentheses.
  static func isStopped(_ number: Int32) -> Bool {
    guard let text = try? String(contentsOfFile: "/proc/\(number)/stat", encoding: .utf8),
      let end = text.lastIndex(of: ")")
    else { return false }
    return text[end...].dropFirst(2).first == "T"
  }
}
