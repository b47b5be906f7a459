import Literals

/// Why a job waits: Slurm's codes in words.
///
/// Source: "Job Reasons", https://slurm.schedmd.com/job_reason_codes.html
package enum PendingReason {
  /// What a code means.
  ///
  /// - Parameter start: When Slurm expects the job to start, if it says so.
  package static func words(for code: String, start: String? = nil) -> String {
    // A code may be followed by details: `ReqNodeNotAvail, UnavailableNodes:n1`.
    let name = code.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    if let words = impossible[String(name)] { return "can never start: \(words) (\(code))" }
    switch name {
    case "None", "": return "is about to be looked at"
    case "Resources": return "waits for free cores or memory" + expected(start)
    case "Priority": return "others are before it in the queue" + expected(start)
    case "BeginTime":
      return "starts again" + (start.map { " at \($0)" } ?? " later") + "; Slurm holds a requeued job for two minutes"
    default: break
    }
    if let words = waiting[String(name)] { return words }
    if let words = unavailable[String(name)] { return "cannot start: \(words) (\(code))" }
    if name.hasPrefix("QOS") || name.hasPrefix("MaxJobs") { return "a limit of the quality of service (\(code))" }
    if name.hasPrefix("Assoc") || name.hasPrefix("Max") { return "a limit of the account (\(code))" }
    return code
  }

  private static func expected(_ start: String?) -> String { start.map { "; expected to start at \($0)" } ?? "" }

  /// Requests that no waiting fulfills, unless somebody changes the job or the cluster.
  private static let impossible = [
    "AccountNotAllowed": "the partition does not admit the account",
    "BadConstraints": "no node fits the request: its cores, memory or --constraint",
    "DependencyNeverSatisfied": "the job that has to end first has failed",
    "InvalidAccount": "there is no such account",
    "InvalidQOS": "there is no such quality of service",
    "PartitionConfig": "no node of the partition has so many cores or so much memory",
    "PartitionNodeLimit": "the partition does not admit so many nodes",
    "PartitionTimeLimit": "the time limit is longer than the partition's",
    "QOSNotAllowed": "the partition or the account does not admit the quality of service",
    "ReservationDeleted": "its reservation is gone",
    "ReservationInvalid": "there is no such reservation",
  ]

  /// Requests that wait until somebody repairs or frees what they need.
  private static let unavailable = [
    "NodeDown": "a node that it needs is down",
    "PartitionDown": "the partition is down",
    "PartitionInactive": "the partition does not start jobs",
    "ReqNodeNotAvail": "the nodes that it needs are down, drained or reserved",
    "SystemFailure": "Slurm or a node has failed",
  ]

  private static let waiting = [
    "Cleaning": "its last run is being cleaned up",
    "Dependency": "another job has to end first",
    "InactiveLimit": "the partition's limit of inactivity was reached",
    "JobArrayTaskLimit": "other jobs of the array have to end first (--at_most)",
    "JobHeldAdmin": "an administrator holds it",
    "JobHeldUser": "it is held; scontrol release lets it go",
    "JobHoldMaxRequeue": "it is held, since it was queued again too often; scontrol release lets it go",
    "JobLaunchFailure": "it could not be started",
    "Licenses": "waits for a license",
    "Prolog": "the node is being prepared",
    "Reservation": "waits for its reservation",
  ]
}
