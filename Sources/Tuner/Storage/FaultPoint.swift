import Foundation
import Glibc
import Synchronization

/// A place where a process can be made to die, so that tests can examine what it leaves behind.
///
/// With `RUN_HYPER_FAULT=NAME:COUNT`, the process sends itself SIGKILL when it passes the place for the COUNT-th time; the default
/// count is 1. The variable is read once; if it is not set, a place costs one comparison.
package enum FaultPoint: String, CaseIterable, Sendable {
  /// The tables have been created or upgraded, and this is about to be committed.
  case schemaUncommitted = "schema-uncommitted"
  case schemaCommitted = "schema-committed"
  case studyUncommitted = "study-uncommitted"
  case studyCommitted = "study-committed"
  case claimUncommitted = "claim-uncommitted"
  case claimCommitted = "claim-committed"
  case checkpointUnwritten = "checkpoint-unwritten"

  /// Written under a temporary name, and synced.
  case checkpointWritten = "checkpoint-written"

  /// Renamed to its final name, but not registered.
  case checkpointRenamed = "checkpoint-renamed"

  /// Includes the checkpoint's registration and the pruner's decision.
  case observationUncommitted = "observation-uncommitted"

  /// Before the replaced checkpoint is removed.
  case observationCommitted = "observation-committed"

  /// The pruner has stopped the trial, which has not ended yet.
  case stopCommitted = "stop-committed"

  /// A stopped or interrupted trial is about to wait again.
  case leaveUncommitted = "leave-uncommitted"
  case leaveCommitted = "leave-committed"
  case weightsUnwritten = "weights-unwritten"
  case weightsWritten = "weights-written"
  case weightsRenamed = "weights-renamed"

  /// Includes the registration of weights.
  case endUncommitted = "end-uncommitted"

  /// Before the trial's checkpoint and the weights of other trials are removed.
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

  /// Ends the process if this is the armed place and its count is reached.
  func pass() {
    guard let (point, count) = Self.armed, point == self else { return }
    if Self.passages.wrappingAdd(1, ordering: .relaxed).newValue == count { kill(getpid(), SIGKILL) }
  }
}
