import Foundation

/// A job of a study in Slurm's queue.
package struct QueuedJob: Equatable, Sendable {
  /// The job; for a task of an array, such as `12_3`.
  package let id: String

  /// The state in Slurm's words, such as `RUNNING`.
  package let state: String

  /// Why it waits, in Slurm's words; `None` if it does not.
  package let reason: String

  /// When it is expected to start, or has started; `nil` if unknown.
  package let start: String?

  /// The nodes that it runs on; empty if it waits.
  package let nodes: String

  package let mark: StudyMark
  package let logFolder: String

  /// The number of the array, or of a job that is none.
  package var array: String { String(id.prefix { $0 != "_" }) }

  package var isWaiting: Bool { state == "PENDING" }

  /// Whether it will do nothing more; the queue shows it for a while.
  package var hasEnded: Bool {
    [
      "BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL", "OUT_OF_MEMORY", "PREEMPTED", "REVOKED",
      "TIMEOUT",
    ].contains(state)
  }

  /// The log, as the script's options name it.
  package var log: String { "\(logFolder)/\(id).txt" }

  /// What squeue is asked for: the same in all its versions. The comment is the last, since it may have any character.
  package static let format = "%i|%T|%r|%S|%N|%k"

  /// The jobs of studies in squeue's output of that format; all others are left out.
  package static func parse(_ output: String) -> [QueuedJob] {
    output.split(separator: "\n").compactMap { line in
      let fields = line.split(separator: "|", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
      guard fields.count == 6, let (mark, folder) = StudyMark.parse(comment: fields[5]) else { return nil }
      return QueuedJob(
        id: fields[0], state: fields[1], reason: fields[2], start: fields[3] == "N/A" ? nil : fields[3],
        nodes: fields[4], mark: mark, logFolder: folder)
    }
  }

  /// Why it waits, for a person; empty if it does not.
  package var wait: String {
    guard isWaiting else { return "" }
    let start = start.map { $0.replacing("T", with: " ") }
    return PendingReason.words(for: reason, start: start)
  }
}
