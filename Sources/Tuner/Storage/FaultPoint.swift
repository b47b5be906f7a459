import Foundation
import Glibc
import Locks

/// A place where a process can be made to die or to pause, so that tests can examine what it leaves behind and what others do meanwhile.
///
/// With `RUN_HYPER_FAULT=NAME:COUNT`, the process sends itself SIGKILL when it passes the place for the COUNT-th time; the default
/// count is 1. With `RUN_HYPER_PAUSE=NAME:COUNT,COUNT`, it sends itself SIGSTOP at each of these times, and goes on with SIGCONT.
/// The variables are read once; if none is set, a place costs one comparison.
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

  /// All rows and states of a copied study have been written.
  case copyUncommitted = "copy-uncommitted"
  case copyCommitted = "copy-committed"

  /// The environment variables, and the signal that each makes the process send itself.
  package static let variables: [(name: String, signal: CInt)] = [
    ("RUN_HYPER_FAULT", SIGKILL), ("RUN_HYPER_PAUSE", SIGSTOP),
  ]

  private static let armed = variables.compactMap { variable in
    ProcessInfo.processInfo.environment[variable.name].flatMap(parse).map { ($0.point, $0.counts, variable.signal) }
  }
  private static let passages = Locked<[FaultPoint: Int]>([:])

  /// Reads `NAME`, `NAME:COUNT` or `NAME:COUNT,COUNT`.
  package static func parse(_ text: String) -> (point: FaultPoint, counts: [Int])? {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let counts =
      parts.count > 1 ? parts[1].split(separator: ",", omittingEmptySubsequences: false).map { Int($0) } : [1]
    guard let point = FaultPoint(rawValue: String(parts[0])), counts.allSatisfy({ $0.map { $0 > 0 } ?? false }) else {
      return nil
    }
    return (point, counts.compactMap(\.self))
  }

  /// Ends or stops the process if this is an armed place and one of its counts is reached.
  func pass() {
    guard !Self.armed.isEmpty else { return }
    let passage = Self.passages.withLock { passages in
      passages[self, default: 0] += 1
      return passages[self]
    }
    for (point, counts, signal) in Self.armed where point == self && counts.contains(where: { $0 == passage }) {
      // To this thread, which is then ended or stopped before it goes on.
      raise(signal)
    }
  }
}
