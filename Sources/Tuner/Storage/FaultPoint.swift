import Foundation
import Glibc
import Synchronization

/// A place where a process can be made to die, so that what it leaves there can be looked at.
///
/// `RUN_HYPER_FAULT=NAME:COUNT` sends the process SIGKILL when it passes the place for the COUNT-th time, the first without a count.
/// The variable is read once; unset, a place costs a comparison.
package enum FaultPoint: String, CaseIterable, Sendable {
  /// The tables are made or brought up to date, and that is about to be committed.
  case schemaUncommitted = "schema-uncommitted"
  case schemaCommitted = "schema-committed"
  case studyUncommitted = "study-uncommitted"
  case studyCommitted = "study-committed"
  case claimUncommitted = "claim-uncommitted"
  case claimCommitted = "claim-committed"
  case checkpointUnwritten = "checkpoint-unwritten"

  /// Under another name, and synced.
  case checkpointWritten = "checkpoint-written"

  /// Under its own name, and not registered.
  case checkpointRenamed = "checkpoint-renamed"

  /// With the checkpoint's registration and the pruner's decision.
  case observationUncommitted = "observation-uncommitted"

  /// Before the checkpoint that was replaced is removed.
  case observationCommitted = "observation-committed"

  /// The pruner stops the trial, which has not ended yet.
  case stopCommitted = "stop-committed"

  /// A trial that was stopped or interrupted waits again.
  case leaveUncommitted = "leave-uncommitted"
  case leaveCommitted = "leave-committed"
  case weightsUnwritten = "weights-unwritten"
  case weightsWritten = "weights-written"
  case weightsRenamed = "weights-renamed"

  /// With the registration of weights.
  case endUncommitted = "end-uncommitted"

  /// Before its checkpoint and the weights of others are removed.
  case endCommitted = "end-committed"
  case endCleaned = "end-cleaned"
  case reclaimUncommitted = "reclaim-uncommitted"
  case reclaimCommitted = "reclaim-committed"
  case repeatsUncommitted = "repeats-uncommitted"
  case repeatsCommitted = "repeats-committed"

  package static let variable = "RUN_HYPER_FAULT"

  private static let armed = ProcessInfo.processInfo.environment[variable].flatMap(parse)
  private static let passages = Atomic<Int>(0)

  /// Reads `NAME` or `NAME:COUNT`.
  package static func parse(_ text: String) -> (point: FaultPoint, count: Int)? {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let point = FaultPoint(rawValue: String(parts[0])), let count = parts.count > 1 ? Int(parts[1]) : 1, count > 0
    else { return nil }
    return (point, count)
  }

  /// Ends the process if this is the place and the time.
  func pass() {
    guard let (point, count) = Self.armed, point == self else { return }
    if Self.passages.wrappingAdd(1, ordering: .relaxed).newValue == count { kill(getpid(), SIGKILL) }
  }
}
